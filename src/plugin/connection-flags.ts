import type { Command } from 'commander';
import { parseDuration } from '../base/duration.ts';
import { LabError } from '../base/errors.ts';
import type { ConnectOptions } from '../client/connect.ts';
import type { PluginHost } from './plugin-host.ts';

/** kubectl's connection flags, by their commander names. */
export interface ConnectionFlags {
  namespace?: string;
  context?: string;
  kubeconfig?: string;
  as?: string;
  asGroup?: string[];
  server?: string;
  token?: string;
  certificateAuthority?: string;
  clientCertificate?: string;
  clientKey?: string;
  tlsServerName?: string;
  insecureSkipTlsVerify?: boolean;
  requestTimeout?: string;
  color?: boolean;
  [unsupported: string]: unknown;
}

/** Flags that kubectl knows and we do not act on: using one is an error, not a silent difference. */
const REFUSED = ['as-uid', 'cluster', 'user'] as const;

const camelCase = (flag: string): string => flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

export function addConnectionFlags(program: Command): void {
  program
    .option('-n, --namespace <name>', "namespace of the request (default: the context's)")
    .option('--context <name>', 'kubeconfig context to use')
    .option('--kubeconfig <file>', 'kubeconfig file to use')
    .option('-s, --server <url>', 'address of the API server')
    .option('--as <user>', 'user to impersonate')
    .option('--as-group <group>', 'group to impersonate; may be repeated', (group: string, before: string[] = []) => [...before, group])
    .option('--token <token>', 'bearer token for the API server')
    .option('--insecure-skip-tls-verify', "do not check the server's certificate")
    .option('--certificate-authority <file>', "certificate that signed the server's")
    .option('--client-certificate <file>', 'certificate to prove who one is; with --client-key')
    .option('--client-key <file>', 'key of the client certificate')
    .option('--tls-server-name <name>', "name that the server's certificate must have")
    .option('--cache-dir <folder>', 'accepted; nothing is cached')
    .option('--request-timeout <duration>', 'give up on a single request after this long (0: never)', '0')
    .option('--disable-compression', 'accepted; answers are never compressed')
    .option('--no-color', 'plain text')
    .option('-v, --kloglevel <level>', 'accepted; there is no client log')
    .option('--loglevel <level>', 'accepted; there is no client log');
  for (const flag of REFUSED) program.option(`--${flag} <value>`, 'not supported');
}

/** Throws `FLAG_NOT_SUPPORTED` or `BAD_FLAG`. */
export function connectOptions(flags: ConnectionFlags, host: PluginHost): ConnectOptions {
  const refused = REFUSED.find((flag) => flags[camelCase(flag)] !== undefined);
  if (refused !== undefined)
    throw new LabError('FLAG_NOT_SUPPORTED', `flag --${refused} is not supported`, {
      next: 'Write it into a kubeconfig context and choose that with --context.',
    });
  const timeoutMs = durationFlag('request-timeout', flags.requestTimeout ?? '0');
  return {
    env: host.env,
    clock: host.clock,
    kubeconfig: flags.kubeconfig,
    context: flags.context,
    namespace: flags.namespace,
    server: flags.server,
    token: flags.token,
    certificateAuthority: flags.certificateAuthority,
    clientCertificate: flags.clientCertificate,
    clientKey: flags.clientKey,
    tlsServerName: flags.tlsServerName,
    insecureSkipTlsVerify: flags.insecureSkipTlsVerify,
    as: flags.as,
    asGroups: flags.asGroup,
    requestTimeoutMs: timeoutMs > 0 ? timeoutMs : undefined,
  };
}

/** A Go duration, or a number of seconds, in ms. Throws `BAD_FLAG`. */
export function durationFlag(flag: string, text: string): number {
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : parseDuration(text);
  if (ms === undefined) throw new LabError('BAD_FLAG', `invalid argument "${text}" for "--${flag}" flag: time: invalid duration "${text}"`);
  return ms;
}

/** A whole number. Throws `BAD_FLAG`. */
export function integerFlag(flag: string, text: string): number {
  if (!/^-?\d+$/.test(text))
    throw new LabError('BAD_FLAG', `invalid argument "${text}" for "--${flag}" flag: strconv.ParseInt: parsing "${text}": invalid syntax`);
  return Number(text);
}
