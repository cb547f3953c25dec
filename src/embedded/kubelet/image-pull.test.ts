import { expect, it } from 'vitest';
import { imageId, normalizedImage, pullDelayMs, shouldPull } from './image-pull.ts';

it.each([
  ['nginx', 'docker.io/library/nginx:latest'],
  ['nginx:1.27', 'docker.io/library/nginx:1.27'],
  ['argoproj/rollouts-demo:blue', 'docker.io/argoproj/rollouts-demo:blue'],
  ['localhost:5000/app', 'localhost:5000/app:latest'],
  ['registry.k8s.io/x/controller:v1@sha256:ab', 'registry.k8s.io/x/controller@sha256:ab'],
])('reports %s as %s', (reference, full) => {
  expect(normalizedImage(reference)).toBe(full);
});

it('keeps a digest as the image ID and derives a stable one otherwise', () => {
  expect(imageId('a.io/x:1@sha256:ab')).toBe('a.io/x@sha256:ab');
  expect(imageId('nginx')).toBe(imageId('docker.io/library/nginx:latest'));
  expect(imageId('nginx:1')).not.toBe(imageId('nginx:2'));
});

it.each([
  ['Always', true, true],
  ['IfNotPresent', true, false],
  ['IfNotPresent', false, true],
  ['Never', false, false],
])('under %s with the image present: %s, pulls: %s', (policy, present, pulls) => {
  expect(shouldPull(policy, present)).toBe(pulls);
});

it('doubles the wait between pulls from 10 s to 5 min', () => {
  expect([1, 2, 3, 6, 9].map((failures) => pullDelayMs(failures) / 1000)).toEqual([10, 20, 40, 300, 300]);
});
