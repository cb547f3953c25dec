import { expect, it } from 'vitest';
import { parseArgoRolloutsFlags } from './argo-rollouts-flags.ts';

it('reads the arguments of both chart generations', () => {
  expect(
    parseArgoRolloutsFlags([
      '--healthzPort=8081',
      '--metricsport=8091',
      '--loglevel=info',
      '--logformat=text',
      '--kloglevel=0',
      '--leader-elect',
    ]),
  ).toMatchObject({ healthzPort: 8081, metricsPort: 8091, leaderElect: true, namespaced: false });
  expect(
    parseArgoRolloutsFlags(['--metricsPort', '9000', '--namespaced', '--nginx-ingress-classes', 'a,b', '--rollout-threads', '3']),
  ).toMatchObject({ metricsPort: 9000, namespaced: true, nginxIngressClasses: ['a', 'b'], rolloutThreads: 3 });
});

it('has the defaults of the real controller', () => {
  expect(parseArgoRolloutsFlags([])).toEqual({
    healthzPort: 8080,
    metricsPort: 8090,
    leaderElect: false,
    namespaced: false,
    namespace: undefined,
    nginxIngressClasses: ['nginx'],
    rolloutThreads: 10,
  });
});

it('refuses a flag that it does not know', () => {
  expect(parseArgoRolloutsFlags(['--surprise=1'])).toBe('unknown flag: --surprise');
});
