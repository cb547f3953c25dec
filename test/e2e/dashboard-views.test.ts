import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LabFeed } from '../../src/dashboard/lab-feed.ts';
import { forbidden } from '../../src/kube/status-error.ts';
import { analysisRuns } from '../../src/rollouts/analysis/analysis-run.ts';
import { rollouts } from '../../src/rollouts/rollout.ts';
import { axeViolations } from '../support/axe.ts';
import { launchBrowser } from '../support/browser.ts';
import { type DashboardRoom, openDashboard, seedPausedCanary } from '../support/dashboard-room.ts';
import type { FakeKubeApi } from '../support/fake-kube-api.ts';

const browser: Browser | undefined = await launchBrowser();
const KEY = { namespace: 'lab', name: 'demo' };
const text = (en: string, ko: string) => ({ en, ko });

/** The paused canary with an analysis run that measures. */
function fill(api: FakeKubeApi): void {
  const { metadata } = seedPausedCanary(api);
  api.seed(analysisRuns, {
    metadata: {
      name: 'demo-bbb-2-1',
      namespace: 'lab',
      annotations: { 'rollout.argoproj.io/revision': '2' },
      ownerReferences: [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'demo', uid: metadata.uid!, controller: true }],
    },
    spec: { metrics: [{ name: 'success-rate', successCondition: 'result[0] >= 0.95', provider: {} }] },
    status: {
      phase: 'Running',
      metricResults: [
        {
          name: 'success-rate',
          phase: 'Running',
          successful: 2,
          measurements: [0.99, 0.97].map((value, at) => ({
            phase: 'Successful' as const,
            value: `[${value}]`,
            startedAt: `2026-01-01T00:04:${at}0Z`,
          })),
        },
      ],
    },
  });
}

function aLesson(): LabFeed {
  const lab = new LabFeed();
  const steps = ['one', 'two', 'three', 'four'].map((id) => ({ id, title: text(`Step ${id}`, `단계 ${id}`), checks: 1, minutes: 1 }));
  lab.onEvent({
    type: 'lab-started',
    lab: '02',
    title: text('A lesson', '실습'),
    summary: text('Watch.', '보세요.'),
    cluster: { provider: 'embedded', kubernetes: 'v1.34', ingressUrl: '' },
    seed: 1,
    steps,
  });
  lab.onEvent({
    type: 'step-started',
    step: 'one',
    index: 0,
    of: 4,
    title: steps[0]!.title,
    say: text('Do it.', '하세요.'),
    kind: 'changes',
  });
  lab.onEvent({ type: 'command-started', step: 'one', command: `kubectl ${'very-long-word-'.repeat(12)}`, argv: [] });
  lab.onEvent({ type: 'check-started', step: 'one', check: 'c', title: text('It is done', '됐습니다') });
  return lab;
}

let room: DashboardRoom;
let page: Page;
const at = (path: string): string => `http://127.0.0.1:${room.port}/rollouts${path}`;
const widthOf = (): Promise<number> => page.evaluate('document.documentElement.scrollWidth');
/** The action whose button has the focus. */
const focused = (): Promise<string | undefined> => page.evaluate('document.activeElement.dataset.action');
const patch = (status: object): Promise<unknown> =>
  room.api.patch(rollouts, KEY, { type: 'merge', body: { status } }, { subresource: 'status' });

describe.skipIf(browser === undefined)('every view', () => {
  beforeEach(async () => {
    room = await openDashboard({ lab: aLesson() }, fill);
    page = await (
      await browser!.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-US', reducedMotion: 'reduce' })
    ).newPage();
    page.setDefaultTimeout(30_000);
  });
  afterEach(async () => {
    await page.context().close();
    await room.stop();
  });
  afterAll(async () => {
    await browser!.close();
  });

  it.each([
    [1280, 'en', 'light', true],
    [390, 'ko', 'dark', true],
    [1280, 'ko', 'dark', false],
    [390, 'en', 'light', false],
  ] as const)(
    'fits the width, stands still and is without a violation that axe finds: %i px, %s, %s',
    async (width, language, theme, isChecked) => {
      const isFine = async (): Promise<void> => {
        // Widths and themes have nothing to do with one another: two of the four meet all of both.
        if (isChecked) expect(await axeViolations(page)).toEqual([]);
        expect(await widthOf()).toBeLessThanOrEqual(width);
        expect(await page.evaluate('document.getAnimations().length')).toBe(0);
      };
      await page.setViewportSize({ width, height: 844 });
      await page.goto(at('/'));
      await page.locator(`[data-language="${language}"]`).click();
      await page.locator(`[data-theme-choice="${theme}"]`).click();
      await page.locator('.card [data-action]').first().waitFor();
      await page.locator('[data-lesson-step="one"]').waitFor();
      await isFine();
      await page.locator('.toolbar .segmented button').last().click();
      await page.locator('table').waitFor();
      await isFine();
      await page.getByRole('searchbox').fill('no such name');
      await page.locator('.empty').waitFor();
      await isFine();

      await page.goto(at('/elsewhere'));
      await page.locator('.empty').waitFor();
      await isFine();
      await page.goto(at('/rollout/lab/nothing'));
      await page.locator('.empty strong').waitFor();
      await isFine();

      await page.goto(at('/rollout/lab/demo'));
      await page.locator('[data-traffic]').waitFor();
      await page.locator('.lesson > details > summary').click();
      await isFine();
      await page.locator('[data-run]').click();
      await page.locator('dialog[open] table').waitFor();
      await isFine();
      await page.keyboard.press('Escape');
      await page.locator('[data-edit]').click();
      await page.locator('input.mono').fill('no-tag');
      await isFine();
      await page.locator('[data-action="abort"]').click();
      await page.locator('dialog[open]').waitFor();
      await isFine();
      await page.route('**/abort', (route) => route.abort());
      await page.locator('dialog[open] .primary').click();
      await page.locator('.notice.error').waitFor();
      await isFine();
      await room.stop();
      await page.locator('.banner').waitFor();
      await isFine();
    },
    240_000,
  );

  it('leads the keyboard through every control, each with a visible outline', async () => {
    await page.goto(at('/rollout/lab/demo'));
    await page.locator('[data-traffic]').waitFor();
    await page.locator('.lesson > details > summary').waitFor();
    await page.locator('[data-run]').waitFor();
    const controls =
      "[...document.querySelectorAll('a, button:not(:disabled), select, summary')].filter((element) => element.checkVisibility())";
    const wanted = await page.evaluate<number>(`${controls}.length`);
    const outlined = new Set<number>();
    for (let count = 0; count < wanted + 2; count++) {
      await page.keyboard.press('Tab');
      const place = await page.evaluate<number>(
        `getComputedStyle(document.activeElement).outlineStyle === 'none' ? -1 : ${controls}.indexOf(document.activeElement)`,
      );
      if (place >= 0) outlined.add(place);
    }
    expect(outlined.size).toBe(wanted);
  });

  it('keeps the focus where it was when the Rollout changes, and when the pressed button is no longer for use', async () => {
    await page.goto(at('/rollout/lab/demo'));
    const abort = page.locator('[data-action="abort"]');
    await abort.focus();
    await patch({ message: 'something else', currentStepIndex: 3 });
    await page.locator('.steps-panel .count', { hasText: '3/8' }).waitFor();
    expect(await focused()).toBe('abort');
    await page.keyboard.press('Enter');
    await page.locator('dialog[open]').waitFor();
    // A change of the Rollout must not close or redraw the question.
    await patch({ currentStepIndex: 1 });
    await page.locator('.steps-panel .count', { hasText: '1/8' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
    expect(await focused()).toBe('abort');
    await patch({ phase: 'Degraded', message: 'RolloutAborted', controllerPause: false, pauseConditions: null, abort: true });
    await page.locator('h1 .status[data-status="Degraded"]').waitFor();
    expect(await focused()).toBe('abort');
    expect(await abort.getAttribute('aria-disabled')).toBe('true');
    await page.keyboard.press('Enter');
    expect(await page.locator('dialog[open]').count()).toBe(0);
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('retry');
    expect(await abort.isDisabled()).toBe(true);
  });

  it('says so when the cluster is away, and goes on when it is back', async () => {
    await page.goto(at('/rollout/lab/demo'));
    await page.locator('[data-traffic]').waitFor();
    const { list } = room.api;
    room.api.list = () => Promise.reject(new Error('connect ECONNREFUSED'));
    await page.getByText('The cluster does not answer.').waitFor();
    room.api.list = list;
    await page.getByText('The cluster does not answer.').waitFor({ state: 'detached' });
  });

  it('says so when Events may not be read', async () => {
    const list = room.api.list.bind(room.api);
    room.api.list = (type, ...rest) => (type.resource === 'events' ? Promise.reject(forbidden(type, '', 'no')) : list(type, ...rest));
    await page.goto(at('/rollout/lab/demo'));
    await page.getByText('You may not read the Events of this namespace.').waitFor();
  });

  it('says in its own words that an action did not reach the dashboard', async () => {
    await page.goto(at('/rollout/lab/demo'));
    await page.locator('[data-action="promote"]').waitFor();
    await page.locator('[data-language="ko"]').click();
    await page.route('**/promote', (route) => route.abort());
    await page.locator('[data-action="promote"]').click();
    await page.getByText('대시보드가 응답하지 않습니다').waitFor();
  });
});
