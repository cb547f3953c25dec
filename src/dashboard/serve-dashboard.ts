import path from 'node:path';
import { hostClock } from '../base/clock.ts';
import { LabError } from '../base/errors.ts';
import { createDashboard, type Dashboard, type DashboardOptions } from './dashboard.ts';
import { loadPage } from './page-bundle.ts';

export interface ServeDashboardOptions extends Omit<DashboardOptions, 'page'> {
  /** Default 3100. The next free one of the twenty above is taken when it is not free; 0 takes any. */
  port?: number | undefined;
  /** Default 127.0.0.1. Any other needs the token to read, too. */
  address?: string | undefined;
  /** Folder of the built page. */
  cacheFolder?: string | undefined;
}

export interface ServedDashboard {
  /** `http://localhost:3100/rollouts`; with the token where reading needs it. */
  url: string;
  port: number;
  token: string;
  stop(): Promise<void>;
}

const PORTS_TRIED = 20;

/** Where a checkout keeps its built page. */
export function pageCacheFolder(): string {
  return path.resolve(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'canary-lab-page');
}

/** Serves the dashboard until stopped. Rejects with `PORT_TAKEN`, `ADDRESS_UNUSABLE`, `PAGE_NOT_BUILT` or what reaching the cluster rejects with. */
export async function serveDashboard(options: ServeDashboardOptions): Promise<ServedDashboard> {
  const address = options.address ?? '127.0.0.1';
  const isLocal = /^(127\.|::1$|localhost$)/.test(address);
  const [page, clock] = [await loadPage(options.cacheFolder ?? pageCacheFolder()), options.clock ?? hostClock];
  const isAnyAddress = address === '0.0.0.0' || address === '::';
  const dashboard = await createDashboard({
    ...options,
    page,
    clock,
    ...(isLocal
      ? {}
      : {
          tokenToRead: true,
          hosts: [...(options.hosts ?? []), ...(isAnyAddress ? [] : [address.includes(':') ? `[${address}]` : address])],
        }),
  });
  try {
    const port = await listen(dashboard, address, options.port ?? 3100);
    const name = isLocal || isAnyAddress ? 'localhost' : address;
    return {
      url: `http://${name}:${port}${dashboard.basePath}${isLocal ? '' : `/?token=${dashboard.token}`}`,
      port,
      token: dashboard.token,
      stop: () => dashboard.stop(),
    };
  } catch (error) {
    await dashboard.stop();
    throw error;
  }
}

async function listen({ server }: Dashboard, address: string, wanted: number): Promise<number> {
  const last = wanted === 0 ? 0 : Math.min(65_535, wanted + PORTS_TRIED);
  for (let port = wanted; port <= last; port++) {
    const failure = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      server.once('error', resolve);
      server.listen({ port, host: address }, () => {
        server.off('error', resolve);
        resolve(undefined);
      });
    });
    if (failure === undefined) {
      const bound = server.address();
      return typeof bound === 'object' && bound !== null ? bound.port : port;
    }
    if (failure.code !== 'EADDRINUSE' && failure.code !== 'EACCES')
      throw new LabError('ADDRESS_UNUSABLE', `Cannot listen on ${address}:${port}: ${failure.message}.`, {
        cause: failure,
        next: 'Give another --address or --port.',
      });
  }
  throw new LabError('PORT_TAKEN', `No port from ${wanted} to ${last} is free.`, { next: 'Give another --port.' });
}
