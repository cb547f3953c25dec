import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { ChartArchive } from './chart-archive.ts';

export type ChartRepositoryName = 'ingress-nginx' | 'argo' | 'prometheus-community';

/** Which chart folders each repository offers; the names are those that the tutorial gives to `helm repo add`. */
const REPOSITORIES: Readonly<Record<ChartRepositoryName, readonly string[]>> = {
  'ingress-nginx': ['ingress-nginx'],
  argo: ['argo-rollouts'],
  'prometheus-community': ['kube-prometheus-stack'],
};
const CREATED = '2024-01-01T00:00:00Z';

export interface ChartRepository {
  /** Base URL by repository name, without a trailing slash. */
  urls: Record<ChartRepositoryName, string>;
  close(): Promise<void>;
}

/**
 * Serves the chart folders below `chartsDirectory` as Helm repositories on `port` of 127.0.0.1, or on a free one when that is taken or not given.
 * Archives are packed on the first request, not at the start.
 */
export async function startChartRepository(options: { chartsDirectory: string; port?: number | undefined }): Promise<ChartRepository> {
  const packed = new Map<string, Promise<ChartArchive>>();
  const archive = (chart: string): Promise<ChartArchive> => {
    let pending = packed.get(chart);
    if (pending === undefined) {
      // The packers' libraries are loaded only when someone asks for a chart.
      pending = import('./chart-archive.ts').then(({ packChart }) => packChart(path.join(options.chartsDirectory, chart)));
      packed.set(chart, pending);
    }
    return pending;
  };

  const answer = async (url: string): Promise<{ type: string; body: Buffer | string } | undefined> => {
    const [, repository, file, more] = url.split('?')[0]!.split('/');
    const charts = Object.hasOwn(REPOSITORIES, repository ?? '') ? REPOSITORIES[repository as ChartRepositoryName] : undefined;
    if (charts === undefined || file === undefined || more !== undefined) return undefined;
    const archives = await Promise.all(charts.map(archive));
    if (file === 'index.yaml') return { type: 'text/yaml', body: await indexYaml(archives) };
    const found = archives.find(({ fileName }) => fileName === file);
    return found === undefined ? undefined : { type: 'application/gzip', body: found.body };
  };

  const server = createServer((request, response) => {
    answer(request.url ?? '').then(
      (found) => {
        const { type, body } = found ?? { type: 'text/plain', body: 'not found\n' };
        response.writeHead(found === undefined ? 404 : 200, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
        response.end(request.method === 'HEAD' ? undefined : body);
      },
      (error: unknown) => {
        response.writeHead(500, { 'content-type': 'text/plain' });
        response.end(`${String(error)}\n`);
      },
    );
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  await listen(options.port ?? 0).catch((error: NodeJS.ErrnoException) => {
    if (options.port === undefined || (error.code !== 'EADDRINUSE' && error.code !== 'EACCES')) throw error;
    return listen(0);
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    urls: { 'ingress-nginx': `${base}/ingress-nginx`, argo: `${base}/argo`, 'prometheus-community': `${base}/prometheus-community` },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function indexYaml(archives: readonly ChartArchive[]): Promise<string> {
  const { stringify } = await import('yaml');
  const entries = Object.fromEntries(
    archives.map(({ metadata, fileName, digest }) => [metadata.name, [{ ...metadata, created: CREATED, digest, urls: [fileName] }]]),
  );
  return stringify({ apiVersion: 'v1', entries, generated: CREATED });
}
