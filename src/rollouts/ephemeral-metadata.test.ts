import { expect, it } from 'vitest';
import { withInjected } from './ephemeral-metadata.ts';

it('takes out what was injected before, puts in what is wanted and leaves the rest', () => {
  expect(withInjected({ labels: { app: 'web', role: 'canary' } }, { labels: { role: 'canary' } }, { labels: { tier: 'a' } })).toEqual({
    labels: { app: 'web', tier: 'a' },
    annotations: {},
    changed: true,
  });
});

it('leaves a label as it is that the language below knows', () => {
  expect(withInjected({ labels: { constructor: 'x', toString: 'y' } }, { labels: { role: 'canary' } }, {})).toEqual({
    labels: { constructor: 'x', toString: 'y' },
    annotations: {},
    changed: false,
  });
  expect(withInjected({ labels: { constructor: 'x' } }, { labels: { constructor: 'x' } }, { labels: { app: 'y' } }).labels).toEqual({
    app: 'y',
  });
});
