import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LabFeed } from '../../src/dashboard/lab-feed.ts';
import type { LabEvent } from '../../src/harness/events.ts';
import { analysisRuns } from '../../src/rollouts/analysis/analysis-run.ts';
import { rollouts } from '../../src/rollouts/rollout.ts';
import { launchBrowser } from '../support/browser.ts';
import { type DashboardRoom, openDashboard, seedPausedCanary } from '../support/dashboard-room.ts';

const browser: Browser | undefined = await launchBrowser();
const lab = new LabFeed();
const text = (en: string, ko: string) => ({ en, ko });
const tell = (...events: LabEvent[]): void => {
  for (const event of events) lab.onEvent(event);
};
const passed = { status: 'pass', expected: 'weight 25', observed: 'weight 25' } as unknown as Extract<
  LabEvent,
  { type: 'check-passed' }
>['result'];
let room: DashboardRoom;
let page: Page;

describe.skipIf(browser === undefined)('beside the rollout', () => {
  beforeAll(async () => {
    room = await openDashboard({ lab, readOnly: true }, (api) => {
      const rollout = seedPausedCanary(api);
      api.seed(analysisRuns, {
        metadata: {
          name: 'demo-bbb-2-1',
          namespace: 'lab',
          annotations: { 'rollout.argoproj.io/revision': '2' },
          ownerReferences: [
            { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'demo', uid: rollout.metadata.uid!, controller: true },
          ],
        },
        spec: { metrics: [{ name: 'success-rate', successCondition: 'result[0] >= 0.95', provider: {} }] },
        status: {
          phase: 'Failed',
          message: 'Metric "success-rate" assessed Failed',
          metricResults: [
            {
              name: 'success-rate',
              phase: 'Failed',
              successful: 2,
              failed: 1,
              measurements: [
                { phase: 'Successful', value: '[0.99]', startedAt: '2026-01-01T00:04:10Z' },
                { phase: 'Successful', value: '[0.97]', startedAt: '2026-01-01T00:04:20Z' },
                { phase: 'Failed', value: '[0.5]', startedAt: '2026-01-01T00:04:30Z' },
              ],
            },
          ],
        },
      });
    });
    page = await (await browser!.newContext({ viewport: { width: 1400, height: 900 }, locale: 'en-US' })).newPage();
    await page.goto(`http://127.0.0.1:${room.port}/rollout/lab/demo`);
  });
  afterAll(async () => {
    await browser!.close();
    await room.stop();
  });

  it('shows the lesson, its running step and its checks as they pass', async () => {
    tell(
      {
        type: 'lab-started',
        lab: '02',
        title: text('Automated canary', '자동 카나리'),
        summary: text('One command, then watch.', '명령 하나면 됩니다.'),
        cluster: { provider: 'embedded', kubernetes: 'v1.34', ingressUrl: '' },
        seed: 1,
        steps: [
          { id: 'set-image', title: text('Set the image', '이미지 설정'), checks: 1, minutes: 1 },
          { id: 'promote', title: text('Promote', '승격'), checks: 1, minutes: 1 },
        ],
      },
      {
        type: 'step-started',
        step: 'set-image',
        index: 0,
        of: 2,
        title: text('Set the image', '이미지 설정'),
        say: text('A new image starts a canary.', '새 이미지가 카나리를 시작합니다.'),
        kind: 'changes',
      },
      { type: 'command-started', step: 'set-image', command: 'kubectl argo rollouts set image demo demo=demo:v2', argv: [] },
      { type: 'check-started', step: 'set-image', check: 'weight', title: text('The weight is 25', '가중치는 25') },
    );
    const step = page.locator('[data-lesson-step="set-image"]');
    await step.getByText('A new image starts a canary.').waitFor();
    await step.getByText('kubectl argo rollouts set image').waitFor();
    await step.locator('.checks .running').waitFor();
    tell({ type: 'check-passed', step: 'set-image', check: 'weight', title: text('The weight is 25', '가중치는 25'), result: passed });
    await step.locator('.checks .pass').waitFor();
    await page.locator('[data-language="ko"]').click();
    await page.getByText('새 이미지가 카나리를 시작합니다.').waitFor();
    await page.locator('[data-language="en"]').click();
    tell(
      { type: 'step-finished', step: 'set-image', outcome: 'pass', durationMs: 1 },
      { type: 'lab-finished', lab: '02', outcome: 'pass', durationMs: 1, checks: { pass: 1, fail: 0, skip: 0 } },
    );
    await page.locator('[data-lesson="pass"]').waitFor();
  });

  it('opens an analysis run with its measurements', async () => {
    await page.locator('[data-run="demo-bbb-2-1"]').click();
    const dialog = page.getByRole('dialog', { name: 'demo-bbb-2-1' });
    await dialog.getByText('Metric "success-rate" assessed Failed').waitFor();
    expect(await dialog.locator('tbody tr').count()).toBe(3);
    expect(await dialog.getByText('result[0] >= 0.95').count()).toBe(1);
    expect(await dialog.getByText('2 successful, 1 failed, 0 inconclusive, 0 errors').count()).toBe(1);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  it('offers no change when the dashboard is read-only', async () => {
    await page.getByText('read-only').waitFor();
    expect(await page.locator('[data-action]:not([disabled]), [data-rollback]:not([disabled]), [data-edit]').count()).toBe(0);
  });

  it('says so when there is no such Rollout, and shows it as soon as there is', async () => {
    await page.goto(`http://127.0.0.1:${room.port}/rollout/lab/later`);
    await page.getByText('There is no Rollout "later" here.').waitFor();
    room.api.seed(rollouts, { ...structuredClone(room.api.all(rollouts)[0]!), metadata: { name: 'later', namespace: 'lab' } });
    await page.locator('.steps-panel .step').first().waitFor();
  });
});
