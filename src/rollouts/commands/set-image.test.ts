import { expect, it } from 'vitest';
import { createFakeKubeApi } from '../../../test/support/fake-kube-api.ts';
import { aRollout } from '../../../test/support/rollout-objects.ts';
import { hostClock } from '../../base/clock.ts';
import { seededRandom } from '../../base/random.ts';
import { deployments } from '../../kube/resource-type.ts';
import { conflict } from '../../kube/status-error.ts';
import { rollouts } from '../rollout.ts';
import { setImage, withImage } from './set-image.ts';

const KEY = { namespace: 'lab', name: 'demo' };
const change = { container: 'demo', image: 'registry.lab/demo:v9' };

function cluster(parts: Parameters<typeof aRollout>[0] = {}) {
  const api = createFakeKubeApi({ clock: hostClock, random: seededRandom(1) });
  api.seed(rollouts, aRollout(parts));
  return api;
}

it('edits the container of that name with a PUT', async () => {
  const api = cluster();
  expect(await setImage(api, KEY, change)).toMatchObject({ kind: 'rollout', name: 'demo' });
  expect(api.writes).toEqual(['update rollouts lab/demo']);
  expect((await api.get(rollouts, KEY))!.spec.template!.spec!.containers).toEqual([{ name: 'demo', image: 'registry.lab/demo:v9' }]);
});

it('tries again when someone else wrote in between, four times at most', async () => {
  const api = cluster();
  const isUpdate = (write: string): boolean => write.startsWith('update');
  for (let i = 0; i < 4; i++) api.failNext(isUpdate, conflict(rollouts, 'demo'));
  await setImage(api, KEY, change);
  expect(api.writes).toHaveLength(1);
  for (let i = 0; i < 5; i++) api.failNext(isUpdate, conflict(rollouts, 'demo'));
  await expect(setImage(api, KEY, change)).rejects.toThrow('the object has been modified');
});

it('refuses a container that does not exist', async () => {
  await expect(setImage(cluster(), KEY, { ...change, container: 'nope' })).rejects.toThrow('unable to find container named "nope"');
});

it('edits every container, init containers too, for an asterisk', () => {
  const spec = withImage(
    {
      initContainers: [{ name: 'a', image: 'x' }],
      containers: [
        { name: 'b', image: 'y' },
        { name: 'c', image: 'z' },
      ],
    },
    '*',
    'new',
  );
  expect([...spec.initContainers!, ...spec.containers].map(({ image }) => image)).toEqual(['new', 'new', 'new']);
});

it('edits the Deployment that a workloadRef names', async () => {
  const api = cluster({ spec: { template: undefined, workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } } });
  api.seed(deployments, {
    metadata: { name: 'web', namespace: 'lab' },
    spec: { selector: {}, template: { spec: { containers: [{ name: 'demo', image: 'old' }] } } },
  });
  expect(await setImage(api, KEY, change)).toMatchObject({ kind: 'deployment', name: 'web' });
  expect(api.writes).toEqual(['update deployments lab/web']);
});
