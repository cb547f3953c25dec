import { writeCases } from './cases/write.ts';
import { describeCases } from './describe-cases.ts';

describeCases('Writing', writeCases);
