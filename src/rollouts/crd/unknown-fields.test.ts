import { expect, it } from 'vitest';
import { unknownFields } from './unknown-fields.ts';

it('names fields that a Rollout does not have, those that the language below knows too', () => {
  const rollout = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'web', namespace: 'default', uid: '', resourceVersion: '', creationTimestamp: '' },
    spec: { replicas: 1, constructor: 'x', strategy: { canary: { stableservice: 'a', toString: 1 } } },
  };
  expect(unknownFields(rollout)).toEqual(['spec.constructor', 'spec.strategy.canary.stableservice', 'spec.strategy.canary.toString']);
});
