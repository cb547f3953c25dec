import { connect as connectSocket, createServer, type Socket } from 'node:net';
import type { RunContext } from '../base/run-context.ts';
import type { KubeApi } from '../kube/kube-api.ts';
import { nodes, pods, services } from '../kube/resource-type.ts';
import type { Toolbox } from '../tools/toolbox.ts';
import { INGRESS_CONTROLLER, type IngressEntry, ingressEntries } from './ingress-entry.ts';

export interface IngressGateway {
  /** `http://127.0.0.1:PORT`: stays the same while the controller comes, goes and moves. */
  readonly url: string;
  close(): Promise<void>;
}

interface Target {
  host: string;
  port: number;
}

const CONNECT_TIMEOUT_MS = 1500;
const NO_CONTROLLER = 'no ingress controller in this cluster can be reached yet\n';

/**
 * A port of 127.0.0.1 that leads to the ingress controller of a cluster, however it is reached from here, and also before it is
 * installed: the way is looked for at the first connection and again when it is lost. Bytes pass through unchanged.
 */
export async function openIngressGateway(
  deps: { api: KubeApi; tools: Toolbox; kubeconfig: string },
  ctx: Pick<RunContext, 'clock' | 'log'>,
): Promise<IngressGateway> {
  const ended = new AbortController();
  const sockets = new Set<Socket>();
  let target: Promise<Target | undefined> | undefined;
  const forget = (): void => {
    target = undefined;
  };

  const find = async (): Promise<Target | undefined> => {
    for (const entry of await entriesNow(deps.api, ended.signal)) {
      const reached =
        entry.kind === 'port-forward'
          ? await portForward(entry, deps, ended.signal, forget)
          : (await answers(entry, ctx))
            ? entry
            : undefined;
      if (reached === undefined) continue;
      ctx.log.info('way to the ingress found', { ...entry });
      return { host: reached.host, port: reached.port };
    }
    return undefined;
  };

  const server = createServer({ allowHalfOpen: true }, (client) => {
    sockets.add(client);
    client.once('close', () => sockets.delete(client));
    client.on('error', () => client.destroy());
    target ??= find().catch(() => undefined);
    const asked = target;
    void asked.then((found) => {
      if (found === undefined) {
        if (target === asked) forget();
        refuse(client);
        return;
      }
      const upstream = connectSocket({ ...found, allowHalfOpen: true });
      sockets.add(upstream);
      upstream.once('close', () => {
        sockets.delete(upstream);
        client.destroy();
      });
      upstream.on('error', () => {
        if (target === asked) forget();
        client.destroy();
      });
      client.once('close', () => upstream.destroy());
      client.pipe(upstream);
      upstream.pipe(client);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    async close() {
      ended.abort(new Error('the way to the ingress is closed'));
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

async function entriesNow(api: KubeApi, signal: AbortSignal): Promise<IngressEntry[]> {
  const [foundServices, foundPods, foundNodes] = await Promise.all([
    api.list(services, { labelSelector: INGRESS_CONTROLLER }, { signal }),
    api.list(pods, { labelSelector: INGRESS_CONTROLLER }, { signal }),
    api.list(nodes, {}, { signal }),
  ]);
  return ingressEntries({ services: foundServices.items, pods: foundPods.items, nodes: foundNodes.items });
}

function answers({ host, port }: Target, { clock }: Pick<RunContext, 'clock'>): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectSocket({ host, port });
    const timer = clock.after(CONNECT_TIMEOUT_MS, () => {
      socket.destroy();
      resolve(false);
    });
    const settle = (isOpen: boolean): void => {
      timer.cancel();
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

/** Starts `kubectl port-forward` on a free port and resolves when it says where it listens; `undefined` when it ends before. */
function portForward(
  entry: Extract<IngressEntry, { kind: 'port-forward' }>,
  deps: { tools: Toolbox; kubeconfig: string },
  signal: AbortSignal,
  onEnd: () => void,
): Promise<Target | undefined> {
  return new Promise((resolve) => {
    const args = [
      'port-forward',
      '--kubeconfig',
      deps.kubeconfig,
      '--namespace',
      entry.namespace,
      '--address',
      '127.0.0.1',
      `service/${entry.service}`,
      `:${entry.port}`,
    ];
    let output = '';
    deps.tools
      .run('kubectl', args, {
        signal,
        onOutput: (chunk) => {
          output += chunk;
          const port = output.match(/Forwarding from 127\.0\.0\.1:(\d+)/)?.[1];
          if (port !== undefined) resolve({ host: '127.0.0.1', port: Number(port) });
        },
      })
      .catch(() => undefined)
      .then(() => {
        resolve(undefined);
        onEnd();
      });
  });
}

function refuse(client: Socket): void {
  client.end(
    `HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nContent-Length: ${NO_CONTROLLER.length}\r\nConnection: close\r\n\r\n${NO_CONTROLLER}`,
  );
}
