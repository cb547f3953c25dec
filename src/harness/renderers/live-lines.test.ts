import { expect, it } from 'vitest';
import type { LiveRollout, LiveTag } from '../live-rollout.ts';
import type { LivePicture } from '../live-source.ts';
import { type LiveOptions, liveLines } from './live-lines.ts';
import { textWidth } from './text-width.ts';

const revision = (number: number, hash: string, tag: LiveTag | undefined): LiveRollout['revisions'][number] => ({
  number,
  sets: [{ icon: tag === undefined ? '•' : '✔', status: tag === undefined ? 'ScaledDown' : 'Healthy', tag, hash }],
  pods: tag === undefined ? [] : [{ name: `sample-app-${hash}-x2k4b`, icon: '✔', status: 'Running', ready: '1/1', restarts: 0 }],
  analysisRuns: [],
});
const rollout: LiveRollout = {
  name: 'sample-app',
  icon: '॥',
  status: 'Paused',
  step: '1/6',
  weight: '25',
  revisions: [revision(3, 'ccc', 'canary'), revision(2, 'bbb', 'stable'), revision(1, 'aaa', undefined)],
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

it('gives the counts of requests a line of their own where they have no room beside the shares', () => {
  expect(shown({ rollout, traffic }, { columns: 54, lang: 'ko' }).slice(-2)).toEqual([
    '        █ stable 75 %  ▒ canary 25 %',
    '        요청 100개 중 0개 실패',
  ]);
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
