import { helmCases } from './cases/helm.ts';
import { describeCases } from './describe-cases.ts';

describeCases('Helm', helmCases);
