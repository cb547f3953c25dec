import { expect, it } from 'vitest';
import { durationSeconds } from './pause-duration.ts';
import { stepText } from './step-text.ts';

it.each([
  [{ setWeight: 20 }, 'setWeight: 20'],
  [{ setWeight: 0 }, 'setWeight: 0'],
  [{ pause: {} }, 'pause'],
  [{ pause: { duration: 10 } }, 'pause: 10'],
  [{ pause: { duration: '10s' } }, 'pause: 10s'],
  [{ setCanaryScale: { weight: 25 } }, 'setCanaryScale{weight: 25}'],
  [{ setCanaryScale: { replicas: 3 } }, 'setCanaryScale{replicas: 3}'],
  [{ setCanaryScale: { matchTrafficWeight: true } }, 'setCanaryScale{matchTrafficWeight: true}'],
  [{ analysis: {} }, 'analysis'],
  [{ plugin: { name: 'n' } }, 'plugin: n'],
])('writes the step %j as "%s"', (step, text) => {
  expect(stepText(step)).toBe(text);
});

it.each([
  [10, 10],
  ['10', 10],
  ['90s', 90],
  ['1m30s', 90],
  ['1.5h', 5400],
  ['1500ms', 1],
  ['0', 0],
  ['1d', -1],
  ['soon', -1],
])('reads the duration %j as %d seconds', (text, seconds) => {
  expect(durationSeconds(text)).toBe(seconds);
});
