import { streamCases } from './cases/streams.ts';
import { describeCases } from './describe-cases.ts';
import { shop } from './fixtures/one-of-each.ts';

describeCases('Streams and access', streamCases, [
  { command: 'kubectl apply -n {ns} -f -', input: shop() },
  { command: 'kubectl rollout status deploy/shop -n {ns}' },
]);
