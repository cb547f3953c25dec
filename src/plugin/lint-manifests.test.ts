import { expect, it } from 'vitest';
import { aRollout } from '../../test/support/rollout-objects.ts';
import type { AnyObject } from '../kube/object.ts';
import type { RolloutSpec } from '../rollouts/rollout.ts';
import { lintManifests } from './lint-manifests.ts';

const workloadRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'work' };
const lint = (spec: Partial<RolloutSpec>): string | undefined =>
  lintManifests([JSON.parse(JSON.stringify(aRollout({ spec }))) as AnyObject]);

it.each<[string, Partial<RolloutSpec>, string | undefined]>([
  ['a sound Rollout', {}, undefined],
  ['a reference in place of a template', { workloadRef, template: undefined, selector: undefined }, undefined],
  [
    'a reference beside a template',
    { workloadRef },
    'spec.template: Internal error: template must be empty for workload reference rollout',
  ],
  ['neither', { template: undefined }, "spec.template: Required value: Rollout has missing field '.spec.template'"],
  ['a sound blue-green', { strategy: { blueGreen: { activeService: 'a', previewService: 'b' } } }, undefined],
  [
    'a blue-green with one Service',
    { strategy: { blueGreen: { activeService: 'a', previewService: 'a' } } },
    expect.stringContaining('This rollout uses the same service for the active and preview services') as never,
  ],
  [
    'no strategy',
    { strategy: {} },
    "spec.strategy.strategy: Required value: Rollout has missing field '.spec.strategy.canary or .spec.strategy.blueGreen'",
  ],
])('says of %s what upstream says', (_, spec, expected) => {
  expect(lint(spec)).toEqual(expected);
});
