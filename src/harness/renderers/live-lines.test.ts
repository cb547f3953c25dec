import { expect, it } from 'vitest';
import type { ObjectMeta } from '../../kube/object.ts';
import type { RolloutInfo } from '../../rollouts/tree/rollout-info.ts';
import type { LivePicture } from '../live-source.ts';
import { type LiveOptions, liveLines } from './live-lines.ts';
import { textWidth } from './text-width.ts';

const meta = (name: string): ObjectMeta => ({ name, uid: name, creationTimestamp: '', resourceVersion: '1' });
const set = (revision: number, hash: string, over: object): RolloutInfo['replicaSets'][number] => ({
  objectMeta: meta(`sample-app-${hash}`),
  status: 'Healthy',
  icon: '✔',
  revision,
  stable: false,
  canary: false,
  active: false,
  preview: false,
  replicas: 1,
  available: 1,
  template: '',
  images: [],
  initContainerImages: [],
  scaleDownDeadline: '',
  pods: [{ objectMeta: meta(`sample-app-${hash}-x2k4b`), status: 'Running', icon: '✔', ready: '1/1', restarts: 0 }],
  ...over,
});

const rollout: RolloutInfo = {
  objectMeta: meta('sample-app'),
  status: 'Paused',
  message: 'CanaryPauseStep',
  icon: '॥',
  strategy: 'Canary',
  step: '1/6',
  setWeight: '25',
  actualWeight: '25',
  ready: 2,
  current: 2,
  desired: 1,
  updated: 1,
  available: 2,
  restartedAt: 'Never',
  generation: '2',
  replicaSets: [
    set(3, 'ccc', { canary: true }),
    set(2, 'bbb', { stable: true }),
    set(1, 'aaa', { status: 'ScaledDown', icon: '•', pods: [] }),
  ],
  experiments: [],
  analysisRuns: [],
  containers: [],
  initContainers: [],
  steps: [],
};
const traffic = { requests: 100, failures: 0, byHash: { bbb: 75, ccc: 25 } };
const plain: LiveOptions = { lang: 'en', columns: 80, rows: 20, colour: false };
const shown = (picture: LivePicture, over: Partial<LiveOptions> = {}): string[] =>
  liveLines(picture, picture.traffic, { ...plain, ...over });

it('shows the revisions with their Pods, and the traffic as a bar of what stands for each', () => {
  expect(shown({ rollout, traffic })).toEqual([
    '⟳ sample-app  ॥ Paused  step 1/6  weight 25 %',
    '├─ revision 3  canary  ✔ Healthy',
    '│  └─ □ sample-app-ccc-x2k4b  ✔ Running  1/1',
    '├─ revision 2  stable  ✔ Healthy',
    '│  └─ □ sample-app-bbb-x2k4b  ✔ Running  1/1',
    '└─ revision 1  • ScaledDown',
    'traffic  ██████████████████████████████▒▒▒▒▒▒▒▒▒▒',
    '         █ stable 75 %  ▒ canary 25 %  100 requests, 0 failed',
  ]);
});

it.each([20, 40, 60, 80])('stays within %i columns, in both languages and with colours', (columns) => {
  const lines = (['en', 'ko'] as const).flatMap((lang) => shown({ rollout, traffic }, { columns, lang, colour: true }));
  for (const line of lines) expect(textWidth(line), line).toBeLessThanOrEqual(columns);
});

it('leaves out what has no room, and says how much', () => {
  const lines = shown({ rollout, traffic }, { rows: 5 });
  expect(lines).toHaveLength(5);
  expect(lines[2]).toBe('… 4 more');
  expect(lines[3]).toMatch(/^traffic/);
});

it('shows a revision that is neither stable nor canary by its number, with another sign', () => {
  const lines = shown({ rollout, traffic: { requests: 100, failures: 0, byHash: { aaa: 50, bbb: 50 } } });
  expect(lines.at(-2)).toBe('traffic  ░░░░░░░░░░░░░░░░░░░░████████████████████');
  expect(lines.at(-1)).toContain('░ revision 1 50 %  █ stable 50 %');
});

it('shows the hashes that answer where there is no Rollout, and nothing before the first request', () => {
  expect(shown({ rollout: undefined, traffic }).at(-1)).toContain('█ bbb 75 %  ▒ ccc 25 %');
  expect(shown({ rollout: undefined, traffic: { requests: 0, failures: 0, byHash: {} } })).toEqual([]);
});
