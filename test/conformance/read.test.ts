import { readCases } from './cases/read.ts';
import { describeCases } from './describe-cases.ts';
import { oneOfEach } from './fixtures/one-of-each.ts';

describeCases('Reading', readCases, [
  { command: 'kubectl apply -n {ns} -f -', input: oneOfEach },
  { command: 'kubectl rollout status deploy/web -n {ns}' },
  { command: 'kubectl rollout status sts/store -n {ns}' },
  { command: 'kubectl rollout status ds/agent -n {ns}' },
]);
