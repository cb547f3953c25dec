import { expect, it } from 'vitest';
import { fieldAt } from './arguments.ts';

it.each([
  ["metadata.labels['app']", 'web'],
  ['spec.containers[0].image', 'web:1'],
  ["metadata.labels['constructor'].name", undefined],
  ['metadata.toString.length', undefined],
  ['spec.containers', undefined],
])('reads %s as %s', (path, value) => {
  expect(fieldAt({ metadata: { labels: { app: 'web' } }, spec: { containers: [{ image: 'web:1' }] } }, path)).toBe(value);
});
