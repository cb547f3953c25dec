import { columnCases } from './cases/columns.ts';
import { describeCases } from './describe-cases.ts';
import { oneOfEach } from './fixtures/one-of-each.ts';

describeCases('Columns', columnCases, [
  { command: 'kubectl apply -n {ns} -f -', input: oneOfEach },
  { command: 'kubectl rollout status deploy/web -n {ns}' },
  { command: 'kubectl rollout status sts/store -n {ns}' },
  { command: 'kubectl rollout status ds/agent -n {ns}' },
]);
