import { createHash } from 'node:crypto';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { packChart } from './chart-archive.ts';
import { type ChartRepository, startChartRepository } from './chart-repository.ts';

const chartsDirectory = path.join(import.meta.dirname, '../../charts/embedded');

it('listens on the port that it is given, and on another when that is taken', async () => {
  const first = await startChartRepository({ chartsDirectory });
  const port = Number(new URL(first.urls.argo).port);
  const second = await startChartRepository({ chartsDirectory, port });
  expect(new URL(second.urls.argo).port).not.toBe(String(port));
  await Promise.all([first.close(), second.close()]);
  const third = await startChartRepository({ chartsDirectory, port });
  expect(third.urls.argo).toBe(first.urls.argo);
  await third.close();
});

describe('startChartRepository', () => {
  let repository: ChartRepository;
  beforeEach(async () => {
    repository = await startChartRepository({ chartsDirectory });
  });
  afterEach(() => repository.close());

  it.each([
    ['ingress-nginx', 'ingress-nginx', '4.8.3', '1.9.4'],
    ['argo', 'argo-rollouts', '2.32.5', 'v1.6.2'],
  ] as const)('lists and serves the chart of the repository %s', async (name, chart, version, appVersion) => {
    const url = repository.urls[name];
    const index = parse(await (await fetch(`${url}/index.yaml`)).text()) as {
      apiVersion: string;
      entries: Record<string, { version: string; appVersion: string; digest: string; urls: string[] }[]>;
    };
    expect(index.apiVersion).toBe('v1');
    expect(Object.keys(index.entries)).toEqual([chart]);
    const [entry] = index.entries[chart]!;
    expect(entry).toMatchObject({ version, appVersion, urls: [`${chart}-${version}.tgz`] });

    const body = Buffer.from(await (await fetch(`${url}/${entry!.urls[0]}`)).arrayBuffer());
    expect(createHash('sha256').update(body).digest('hex')).toBe(entry!.digest);
    const names: string[] = [];
    const reader = extract();
    reader.end(gunzipSync(body));
    for await (const file of reader) {
      names.push(file.header.name);
      file.resume();
    }
    expect(names).toContain(`${chart}/Chart.yaml`);
    expect(names).toContain(`${chart}/values.yaml`);
  });

  it('answers 404 for what it does not have', async () => {
    for (const url of [
      '/',
      '/argo',
      '/argo/ingress-nginx-4.8.3.tgz',
      '/stable/index.yaml',
      '/argo/../argo/x.tgz',
      '/constructor/index.yaml',
    ]) {
      expect((await fetch(new URL(url, repository.urls.argo))).status).toBe(404);
    }
  });
});

it('packs the same chart into the same bytes every time', async () => {
  const directory = path.join(chartsDirectory, 'ingress-nginx');
  expect((await packChart(directory)).digest).toBe((await packChart(directory)).digest);
});
