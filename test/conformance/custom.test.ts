import { customCases } from './cases/custom.ts';
import { describeCases } from './describe-cases.ts';

describeCases('Custom resources', customCases);
