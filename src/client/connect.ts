import { readFile } from 'node:fs/promises';
import type { Clock } from '../base/clock.ts';
import { LabError, messageOf } from '../base/errors.ts';
import type { KubeApi } from '../kube/kube-api.ts';
import { HttpKubeApi } from './http-kube-api.ts';
import { type AddressOptions, type ServerAddress, serverAddress } from './server-address.ts';
import { Transport } from './transport.ts';

export interface ConnectOptions extends AddressOptions {
  clock: Clock;
  /** Instead of the context's: kubectl's `--server`, `--token`, `--insecure-skip-tls-verify`, `-n`. */
  server?: string | undefined;
  token?: string | undefined;
  insecureSkipTlsVerify?: boolean | undefined;
  /** Files: what signed the server's certificate, and who we are. */
  certificateAuthority?: string | undefined;
  clientCertificate?: string | undefined;
  clientKey?: string | undefined;
  tlsServerName?: string | undefined;
  namespace?: string | undefined;
  as?: string | undefined;
  asGroups?: readonly string[] | undefined;
  /** No limit when absent. */
  requestTimeoutMs?: number | undefined;
}

/** An open connection to one cluster. Nothing is sent until the first call. */
export interface Connection {
  api: KubeApi;
  namespace: string;
  context: string;
  /** `https://host:port`. */
  server: string;
  /** GET of any path as text, for `/version` and the like. */
  raw(path: string): Promise<string>;
  /** The cluster's idea of now, in ms: take ages against this, since cluster time may be virtual. */
  serverNowMs(): number;
  close(): void;
}

/**
 * Connects to the cluster of a kubeconfig context. Throws `KUBECONFIG_UNREADABLE`, `KUBECONFIG_INVALID` or
 * `CONTEXT_UNKNOWN`; calls on `api` throw `CLUSTER_UNREACHABLE` or a `StatusError`.
 */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const base = await serverAddress(options);
  const tls = await tlsOverrides(options);
  const address: ServerAddress = {
    ...base,
    url: options.server === undefined ? base.url : new URL(options.server),
    async requestOptions() {
      const request = await base.requestOptions();
      return {
        ...request,
        ...tls,
        ...(options.insecureSkipTlsVerify ? { rejectUnauthorized: false } : {}),
        ...(options.token === undefined
          ? {}
          : { headers: { ...(request.headers as Record<string, string>), authorization: `Bearer ${options.token}` } }),
      };
    },
  };
  const transport = new Transport(address, {
    clock: options.clock,
    impersonate: { user: options.as, groups: options.asGroups },
    timeoutMs: options.requestTimeoutMs,
  });
  return {
    api: new HttpKubeApi(transport),
    namespace: options.namespace ?? base.namespace,
    context: base.context,
    server: address.url.origin,
    raw: (path) => transport.text({ method: 'GET', path }),
    serverNowMs: () => transport.serverNowMs(),
    close: () => transport.close(),
  };
}

/** The TLS options that single files and names ask for. Throws `FILE_UNREADABLE`. */
async function tlsOverrides({
  certificateAuthority,
  clientCertificate,
  clientKey,
  tlsServerName,
}: ConnectOptions): Promise<{ ca?: Buffer; cert?: Buffer; key?: Buffer; servername?: string }> {
  const read = (file: string): Promise<Buffer> =>
    readFile(file).catch((error: unknown) => {
      throw new LabError('FILE_UNREADABLE', `unable to read ${file}: ${messageOf(error)}`, { cause: error });
    });
  return {
    ...(certificateAuthority === undefined ? {} : { ca: await read(certificateAuthority) }),
    ...(clientCertificate === undefined ? {} : { cert: await read(clientCertificate) }),
    ...(clientKey === undefined ? {} : { key: await read(clientKey) }),
    ...(tlsServerName === undefined ? {} : { servername: tlsServerName }),
  };
}
