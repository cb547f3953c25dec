import { expect, it } from 'vitest';
import lab01 from '../../../labs/01-simple-canary/lab.ts';
import lab02 from '../../../labs/02-automated-canary/lab.ts';
import { BigText } from './big-text.ts';
import { textWidth } from './text-width.ts';

const big = new BigText();

it('draws English and Korean letters five lines high', () => {
  expect(big.lines('Go 승격', 60)).toEqual([
    '▄▀▀▀          ▄▄▀▄▄  ▀▀█ ▄█',
    '█ ▄▄ ▄▀▀▄    ▀▀▀▀▀▀▀ ▄▀  ▄█',
    '█  █ █  █     ▄▀▀▀▄   ▄▄▄▄█',
    ' ▀▀   ▀▀       ▀▀▀        ▀',
    '',
  ]);
});

it('breaks between words and never draws wider than it may', () => {
  const lines = big.lines('Install the NGINX Ingress Controller', 58)!;
  expect(lines).toHaveLength(15);
  for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(58);
});

it('draws nothing when a word is too wide or a sign has no picture', () => {
  expect(big.lines('Controller', 20)).toBeUndefined();
  expect(big.lines('日本', 60)).toBeUndefined();
});

it.each([lab01, lab02])('has a picture for every sign in the titles of $id', (lab) => {
  for (const { title } of [lab, ...lab.steps])
    for (const lang of ['en', 'ko'] as const) expect(big.lines(title[lang], 300), title[lang]).toBeDefined();
});
