import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../base/errors.ts';
import type { Event, Pod } from '../kube/generated/types.ts';
import type { KubeApi } from '../kube/kube-api.ts';
import type { AnyObject, KubeObject } from '../kube/object.ts';
import type { ResourceType } from '../kube/resource-type.ts';
import { configMaps, deployments, ingresses, namespaces, nodes, pods, replicaSets, secrets, services } from '../kube/resource-type.ts';
import { rollouts } from '../rollouts/rollout.ts';
import type { CommandRunner } from './command-runner.ts';
import { listableTypes } from './listable-types.ts';
import { redacted, SecretValues } from './secret-values.ts';
import { isUnhealthy } from './unhealthy-objects.ts';

/** Read where kubectl cannot say what there is. */
const USUAL: readonly ResourceType[] = [
  nodes,
  namespaces,
  deployments,
  replicaSets,
  pods,
  services,
  ingresses,
  configMaps,
  rollouts,
  secrets,
];
const AT_ONCE = 4;
const MAX_DESCRIBED = 40;
const COMMAND_MS = 10_000;
const LOG_LINES = '--tail=2000';
/** A line of the ingress controller's access log begins with the client's address. */
const ACCESS = /^[\da-fA-F.:]+ - \S+ \[/;

export interface DiagnosticsDeps {
  api: KubeApi;
  tools: CommandRunner;
  signal: AbortSignal;
}

/**
 * Writes what one needs to understand a failure below `folder`/diagnostics: all objects by type, events in order, the logs of all
 * containers, `kubectl describe` of what is not healthy, the ingress's access log, and the values of Helm releases. Secrets' data and
 * what else looks secret is replaced, also where it is repeated elsewhere. What cannot be read is said in its file.
 */
export async function writeDiagnostics(folder: string, deps: DiagnosticsDeps): Promise<void> {
  const target = path.join(folder, 'diagnostics');
  const secretValues = new SecretValues();
  const write = async (file: string, content: string): Promise<void> => {
    const where = path.join(target, file);
    await mkdir(path.dirname(where), { recursive: true });
    await writeFile(where, secretValues.hide(content));
  };
  const found = await readAll(deps);
  for (const { items } of found) for (const item of items) secretValues.learn(item);
  await mkdir(target, { recursive: true });
  for (const { type, items, problem } of found)
    await write(
      `objects/${type.resource}${type.group === '' ? '' : `.${type.group}`}.json`,
      problem ?? `${JSON.stringify(items.map(redacted), null, 2)}\n`,
    );
  const of = (kind: string): AnyObject[] => found.filter(({ type }) => type.kind === kind).flatMap(({ items }) => items);
  await write('events.txt', eventLines(of('Event') as unknown as Event[]));
  await writeLogs(of('Pod') as unknown as Pod[], write, deps);
  const unhealthy = found.flatMap(({ type, items }) =>
    items.filter((item) => isUnhealthy(type.kind, item)).map((item) => ({ type, item })),
  );
  await inParallel(unhealthy.slice(0, MAX_DESCRIBED), async ({ type, item: { metadata } }) => {
    const name = type.group === '' ? type.resource : `${type.resource}.${type.group}`;
    const where = metadata.namespace === undefined ? [] : ['-n', metadata.namespace];
    const text = await output(deps, 'kubectl', ['describe', name, metadata.name, ...where]);
    await write(`describe/${[type.kind.toLowerCase(), metadata.namespace ?? [], metadata.name].flat().join('-')}.txt`, text);
  });
  const releases = new Map(of('Secret').map(({ metadata: { namespace = '', labels = {} } }) => [`${namespace}/${labels['name']}`, labels]));
  await inParallel(
    [...releases].filter(([, labels]) => labels['owner'] === 'helm'),
    async ([key, { name = '' }]) => {
      const [namespace = ''] = key.split('/');
      await write(`helm/${namespace}-${name}.yaml`, await output(deps, 'helm', ['get', 'values', name, '-n', namespace, '--all']));
    },
  );
}

interface Found {
  type: ResourceType;
  items: AnyObject[];
  /** Why the objects could not be read. */
  problem: string | undefined;
}

async function readAll({ api, tools, signal }: DiagnosticsDeps): Promise<Found[]> {
  const types = await listableTypes(tools, signal).catch(() => USUAL);
  const found: Found[] = [];
  const seen = new Set<string>();
  for (const type of types)
    try {
      const items = (await api.list<KubeObject>(type, {}, { signal })).items.map((item) => ({ ...item, kind: type.kind }) as AnyObject);
      // Some objects are served under two groups, such as events.
      const news = items.filter(({ metadata }) => !seen.has(`${type.kind} ${metadata.uid}`));
      for (const { metadata } of news) seen.add(`${type.kind} ${metadata.uid}`);
      if (news.length > 0) found.push({ type, items: news, problem: undefined });
    } catch (error) {
      found.push({ type, items: [], problem: `not readable: ${messageOf(error)}\n` });
    }
  return found;
}

async function writeLogs(
  all: readonly Pod[],
  write: (file: string, content: string) => Promise<void>,
  deps: DiagnosticsDeps,
): Promise<void> {
  const access: string[] = [];
  const wanted = all.flatMap(({ metadata: { namespace = '', name, labels = {} }, spec, status }) =>
    [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map((container) => ({
      where: ['-n', namespace, name, '-c', container.name, LOG_LINES],
      file: `logs/${namespace}/${name}/${container.name}`,
      isIngress: labels['app.kubernetes.io/name'] === 'ingress-nginx',
      hasPrevious: (status?.containerStatuses?.find((state) => state.name === container.name)?.restartCount ?? 0) > 0,
    })),
  );
  await inParallel(wanted, async ({ where, file, isIngress, hasPrevious }) => {
    const log = await output(deps, 'kubectl', ['logs', ...where]);
    await write(`${file}.log`, log);
    if (isIngress) access.push(...log.split('\n').filter((line) => ACCESS.test(line)));
    if (hasPrevious) await write(`${file}.previous.log`, await output(deps, 'kubectl', ['logs', '--previous', ...where]));
  });
  await write('ingress-access.log', access.map((line) => `${line}\n`).join(''));
}

/** What the command prints, whatever its exit code. */
async function output({ tools, signal }: DiagnosticsDeps, program: 'kubectl' | 'helm', args: readonly string[]): Promise<string> {
  try {
    const ran = await tools.run(program, args, { signal, timeoutMs: COMMAND_MS });
    return ran.stdout + ran.stderr;
  } catch (error) {
    return `not readable: ${messageOf(error)}\n`;
  }
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** The events in the order of their last times: time, type, reason, object and message. */
function eventLines(events: readonly Event[]): string {
  const timeOf = (event: Event): string => String(event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? '');
  return events
    .toSorted((a, b) => timeOf(a).localeCompare(timeOf(b)))
    .map((event) => {
      const { kind = '', namespace, name = '' } = event.involvedObject;
      const about = `${kind}/${namespace === undefined ? '' : `${namespace}/`}${name}`;
      return `${[timeOf(event), event.type ?? '', event.reason ?? '', about, event.message ?? '', (event.count ?? 1) > 1 ? `(${event.count} times)` : ''].join('  ').trimEnd()}\n`;
    })
    .join('');
}
