import { expect, it } from 'vitest';
import { createFakeKubeApi } from '../../../test/support/fake-kube-api.ts';
import { aReplicaSet, aRollout } from '../../../test/support/rollout-objects.ts';
import { hostClock } from '../../base/clock.ts';
import { seededRandom } from '../../base/random.ts';
import { replicaSets } from '../../kube/resource-type.ts';
import { rollouts } from '../rollout.ts';
import { undoRollout } from './undo.ts';

const KEY = { namespace: 'lab', name: 'demo' };

function cluster(revisions: readonly number[] = [1, 2, 3]) {
  const api = createFakeKubeApi({ clock: hostClock, random: seededRandom(1) });
  api.seed(
    rollouts,
    aRollout({
      spec: {
        template: { metadata: { labels: { app: 'demo' } }, spec: { containers: [{ name: 'demo', image: 'registry.lab/demo:v3' }] } },
      },
    }),
  );
  for (const revision of revisions)
    api.seed(replicaSets, aReplicaSet(`hash${revision}`, { revision, image: `registry.lab/demo:v${revision}`, replicas: 1 }));
  return api;
}
const imageOf = async (api: ReturnType<typeof cluster>) => (await api.get(rollouts, KEY))!.spec.template!.spec!.containers[0]!.image;

it('goes back to the second highest revision', async () => {
  const api = cluster();
  expect(await undoRollout(api, KEY)).toMatchObject({ outcome: 'undone', revision: 2 });
  expect(await imageOf(api)).toBe('registry.lab/demo:v2');
  expect(api.writes).toEqual(['patch rollouts lab/demo']);
});

it('goes back to a named revision and leaves the hash label out of the template', async () => {
  const api = cluster();
  await undoRollout(api, KEY, { toRevision: 1 });
  expect(await imageOf(api)).toBe('registry.lab/demo:v1');
  expect((await api.get(rollouts, KEY))!.spec.template!.metadata!.labels).toEqual({ app: 'demo' });
});

it('writes nothing when the template is that of the revision already', async () => {
  const api = cluster();
  expect(await undoRollout(api, KEY, { toRevision: 3 })).toEqual({ outcome: 'skipped', revision: 3 });
  expect(api.writes).toEqual([]);
});

it('refuses a revision that is not in the history', async () => {
  await expect(undoRollout(cluster(), KEY, { toRevision: 9 })).rejects.toThrow('unable to find specified revision 9 in history');
});

it('refuses to go back when there is only one revision', async () => {
  await expect(undoRollout(cluster([1]), KEY)).rejects.toThrow('no revision found for rollout "demo"');
});
