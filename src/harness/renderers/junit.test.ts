import { expect, it } from 'vitest';
import { junitXml } from './junit.ts';

it('escapes what XML cannot hold', () => {
  const check = { id: 'c', title: '<&>"', outcome: 'fail' as const, expected: '<1>\u0007', observed: '"2"', durationMs: 1, detail: '' };
  const xml = junitXml({
    schema: 1,
    lab: 'l',
    cluster: { provider: 'p', kubernetes: 'k', versions: {} },
    lang: 'en',
    seed: 1,
    startedAt: '',
    durationMs: 1,
    outcome: 'fail',
    timeline: [],
    traffic: { requests: 0, failures: 0, byHash: {} },
    steps: [{ id: 's', title: 't', commands: [], checks: [check], durationMs: 1 }],
  });
  expect(xml).toContain('message="expected &lt;1&gt;, observed &quot;2&quot;"');
  expect(xml).not.toContain('\u0007');
});
