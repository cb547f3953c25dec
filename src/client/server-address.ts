import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import path from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { LabError, messageOf } from '../base/errors.ts';

/** Where an API server is and how to prove who one is. */
export interface ServerAddress {
  url: URL;
  context: string;
  /** The context's namespace, or `default`. */
  namespace: string;
  /** TLS options and headers for a request; called for each one, since tokens may be renewed. */
  requestOptions(): Promise<RequestOptions>;
}

export interface AddressOptions {
  /** One file, or a list of files as in $KUBECONFIG. */
  kubeconfig?: string | undefined;
  context?: string | undefined;
  env: Readonly<Record<string, string | undefined>>;
}

interface NamedCluster {
  name: string;
  cluster: {
    server: string;
    'certificate-authority-data'?: string;
    'certificate-authority'?: string;
    'insecure-skip-tls-verify'?: boolean;
    'tls-server-name'?: string;
    'proxy-url'?: string;
  };
}
interface NamedUser {
  name: string;
  user: {
    token?: string;
    'client-certificate-data'?: string;
    'client-key-data'?: string;
    username?: string;
    exec?: unknown;
    'auth-provider'?: unknown;
    tokenFile?: string;
    'client-certificate'?: string;
    'client-key'?: string;
  };
}
interface ConfigFile {
  clusters?: NamedCluster[];
  users?: NamedUser[];
  contexts?: { name: string; context: { cluster: string; user: string; namespace?: string } }[];
  'current-context'?: string;
}

const decode = (base64: string | undefined): Buffer | undefined => (base64 === undefined ? undefined : Buffer.from(base64, 'base64'));

async function parse(file: string): Promise<ConfigFile> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new LabError('KUBECONFIG_UNREADABLE', `Cannot read the kubeconfig "${file}": ${messageOf(error)}.`, {
      cause: error,
      next: 'Set KUBECONFIG to a file that exists, or start a cluster with "npm run cluster -- up".',
    });
  });
  try {
    return (text.trimStart().startsWith('{') ? JSON.parse(text) : (await import('yaml')).parse(text)) as ConfigFile;
  } catch (error) {
    throw new LabError('KUBECONFIG_INVALID', `The kubeconfig "${file}" is not valid YAML: ${messageOf(error)}.`, {
      cause: error,
      next: 'Repair the file, or choose another with --kubeconfig.',
    });
  }
}

function unknownContext(name: string, known: readonly string[]): LabError {
  return new LabError('CONTEXT_UNKNOWN', name === '' ? 'The kubeconfig has no current context.' : `context "${name}" does not exist`, {
    next: known.length > 0 ? `Choose one of: ${known.join(', ')}.` : 'Set KUBECONFIG to a file that has a context.',
  });
}

/**
 * Reads a kubeconfig. Tokens and client certificates written in one file are read here; everything else (exec plugins,
 * auth providers, proxies, several files, the in-cluster configuration) is left to client-node, whose import costs a third
 * of a second that each command would pay.
 */
export async function serverAddress(options: AddressOptions): Promise<ServerAddress> {
  const listed = options.kubeconfig ?? options.env['KUBECONFIG'] ?? '';
  const files = listed.split(path.delimiter).filter((file) => file !== '');
  const [file] = files;
  if (files.length === 1 && file !== undefined) {
    const config = await parse(file);
    const contextName = options.context ?? config['current-context'] ?? '';
    const context = config.contexts?.find((entry) => entry.name === contextName)?.context;
    if (context === undefined)
      throw unknownContext(
        contextName,
        (config.contexts ?? []).map((entry) => entry.name),
      );
    const cluster = config.clusters?.find((entry) => entry.name === context.cluster)?.cluster;
    const user = config.users?.find((entry) => entry.name === context.user)?.user;
    if (cluster !== undefined && isPlain(cluster, user)) {
      const tls: RequestOptions = {
        ca: decode(cluster['certificate-authority-data']),
        cert: decode(user?.['client-certificate-data']),
        key: decode(user?.['client-key-data']),
        ...(cluster['insecure-skip-tls-verify'] === true ? { rejectUnauthorized: false } : {}),
        ...(cluster['tls-server-name'] === undefined ? {} : { servername: cluster['tls-server-name'] }),
        headers: user?.token === undefined ? {} : { authorization: `Bearer ${user.token}` },
      };
      return {
        url: new URL(cluster.server),
        context: contextName,
        namespace: context.namespace ?? 'default',
        requestOptions: async () => tls,
      };
    }
  }
  return fromLibrary(options, files);
}

function isPlain(cluster: NamedCluster['cluster'], user: NamedUser['user'] | undefined): boolean {
  const special = [
    cluster['certificate-authority'],
    cluster['proxy-url'],
    user?.exec,
    user?.['auth-provider'],
    user?.username,
    user?.tokenFile,
    user?.['client-certificate'],
    user?.['client-key'],
  ];
  return special.every((value) => value === undefined);
}

async function fromLibrary(options: AddressOptions, files: readonly string[]): Promise<ServerAddress> {
  const { KubeConfig: Config } = (await import('@kubernetes/client-node/dist/config.js')) as { KubeConfig: new () => KubeConfig };
  const config = new Config();
  try {
    const [first, ...rest] = files;
    if (first === undefined) config.loadFromDefault();
    else {
      config.loadFromFile(first);
      for (const file of rest) {
        const more = new Config();
        more.loadFromFile(file);
        config.mergeConfig(more, true);
      }
    }
  } catch (error) {
    throw new LabError('KUBECONFIG_UNREADABLE', `Cannot read the kubeconfig: ${messageOf(error)}.`, {
      cause: error,
      next: 'Set KUBECONFIG to a file that exists, or start a cluster with "npm run cluster -- up".',
    });
  }
  const known = config.getContexts().map((context) => context.name);
  const context = options.context ?? config.getCurrentContext();
  if (!known.includes(context)) throw unknownContext(context, known);
  config.setCurrentContext(context);
  const cluster = config.getCurrentCluster();
  if (cluster === null)
    throw new LabError('KUBECONFIG_INVALID', `Context "${context}" names a cluster that the kubeconfig does not describe.`, {
      next: 'Repair the file, or choose another context with --context.',
    });
  return {
    url: new URL(cluster.server),
    context,
    namespace: config.getContextObject(context)?.namespace ?? 'default',
    async requestOptions() {
      const request: RequestOptions = {};
      await config.applyToHTTPSOptions(request);
      return request;
    },
  };
}
