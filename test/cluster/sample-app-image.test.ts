import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { sampleAppImages } from '../../src/cluster/local-image.ts';
import { SAMPLE_APP } from '../../src/cluster/versions.ts';
import { projectRoot } from '../support/workplace.ts';

const folder = path.join(projectRoot, 'sample-app');
const dockerfile = (await readFile(path.join(folder, 'Dockerfile'), 'utf8'))
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const words = (instruction: string): string[] =>
  dockerfile
    .find((line) => line.startsWith(`${instruction} `))!
    .split(' ')
    .slice(1);

it('copies every source of the app into the image, and no test', async () => {
  const sources = (await readdir(folder))
    .filter((name) => (name.endsWith('.ts') && !name.endsWith('.test.ts')) || name === 'package.json')
    .sort();
  expect(words('COPY').slice(0, -1).sort()).toEqual(sources);
});

it('runs without root, takes its version from the tag, and builds on the base image of more than one architecture', () => {
  expect(words('USER')).not.toContain('root');
  expect(dockerfile).toContain('ARG VERSION=latest');
  expect(words('ENV')).toContain('APP_VERSION=$VERSION');
  expect(words('FROM')).toEqual([expect.stringMatching(/^node:\d+-alpine$/)]);
});

it('exposes the ports that the chart names', async () => {
  const rollout = await readFile(path.join(projectRoot, 'charts', 'sample-app', 'argo-rollouts', 'templates', 'rollout.yaml'), 'utf8');
  const ports = [...rollout.matchAll(/containerPort: (\d+)/g)].map((match) => match[1]);
  expect(words('EXPOSE')).toEqual(ports);
});

it('builds an image for each tag that the chart and the lab use', async () => {
  const images = sampleAppImages(SAMPLE_APP.repository, SAMPLE_APP.tags, folder);
  const values = parseDocument(
    await readFile(path.join(projectRoot, 'charts', 'sample-app', 'argo-rollouts', 'values.yaml'), 'utf8'),
  ).toJS() as { image: { repository: string; tag: string } };
  expect(images.map(({ reference }) => reference)).toContain(`${values.image.repository}:${values.image.tag}`);
  const labs = path.join(projectRoot, 'labs');
  const used = new Set<string>();
  for (const file of await readdir(labs, { recursive: true })) {
    if (!/\.(ts|yaml)$/.test(file)) continue;
    for (const match of (await readFile(path.join(labs, file), 'utf8')).matchAll(
      /(?:sample-app:|tag=|setImage\('|\$\{image\}:)(\d+\.\d+\.\d+[\w.-]*)/g,
    ))
      used.add(match[1]!);
  }
  expect(used.size).toBeGreaterThan(3);
  expect([...used].filter((tag) => !(SAMPLE_APP.tags as readonly string[]).includes(tag))).toEqual([]);
});

const engine = await execa('docker', ['info', '--format', '{{.ServerVersion}}'], { reject: false, timeout: 10_000 });
const hasBase = engine.exitCode === 0 && (await execa('docker', ['image', 'inspect', words('FROM')[0]!], { reject: false })).exitCode === 0;
const why = hasBase
  ? ''
  : ` (skipped: ${engine.exitCode === 0 ? `the base image ${words('FROM')[0]} is not on this machine` : 'no container engine answers here'})`;
it.skipIf(!hasBase)(
  `builds with Docker${why}`,
  async () => {
    const reference = 'canary-lab.test/sample-app:9.9.9';
    try {
      await execa('docker', ['build', '--build-arg', 'VERSION=9.9.9', '--tag', reference, folder]);
      const { stdout } = await execa('docker', ['image', 'inspect', reference]);
      expect(JSON.parse(stdout)).toMatchObject([{ Config: { User: 'node', Env: expect.arrayContaining(['APP_VERSION=9.9.9']) } }]);
    } finally {
      await execa('docker', ['image', 'rm', '--force', reference], { reject: false });
    }
  },
  180_000,
);
