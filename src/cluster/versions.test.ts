import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { ARGO_ROLLOUTS_CHART, compareVersions, INGRESS_NGINX_CHART, nodeImageOf, versionIn } from './versions.ts';

it.each([
  ['1.34.0', 'v1.35.0', -1],
  ['v1.35.0', '1.35.0', 0],
  ['0.9.0', '0.10.0', -1],
  ['v1.36.2+k3s1', 'v1.36.2', 0],
  ['2.0.0', '1.99.99', 1],
])('compares %s with %s by number', (a, b, sign) => {
  expect(Math.sign(compareVersions(a, b))).toBe(sign);
});

it('knows the node image of a kind release, and of one between two that it knows', () => {
  expect(nodeImageOf('0.30.0')).toBe('kindest/node:v1.34.0');
  expect(nodeImageOf('0.22.0')).toBe('kindest/node:v1.29.1');
});

it('finds the version in what programs print', () => {
  expect(versionIn('kind v0.33.0 go1.27.2 linux/amd64')).toBe('0.33.0');
  expect(versionIn('v1.36.0')).toBe('1.36.0');
  expect(versionIn('no version here')).toBeUndefined();
});

it('pins the charts that the labs and the embedded editions pin', async () => {
  const root = path.resolve(import.meta.dirname, '../..');
  for (const [chart, version] of [
    ['ingress-nginx', INGRESS_NGINX_CHART],
    ['argo-rollouts', ARGO_ROLLOUTS_CHART.default],
  ]) {
    expect(await readFile(path.join(root, 'charts', 'embedded', chart!, 'Chart.yaml'), 'utf8')).toContain(`version: ${version}\n`);
  }
  const labs = path.join(root, 'labs');
  const sources = (await readdir(labs, { recursive: true })).filter((file) => file.endsWith('.ts'));
  const text = (await Promise.all(sources.map((file) => readFile(path.join(labs, file), 'utf8')))).join('\n');
  for (const version of [INGRESS_NGINX_CHART, ARGO_ROLLOUTS_CHART.default]) expect(text).toContain(`'${version}'`);
  expect(text).toContain(`version ${INGRESS_NGINX_CHART} is open to CVE-2025-1974`);
});
