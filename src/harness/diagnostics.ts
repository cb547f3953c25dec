import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../base/errors.ts';
import type { KubeApi } from '../kube/kube-api.ts';
import type { KubeObject } from '../kube/object.ts';
import type { ResourceType } from '../kube/resource-type.ts';
import { configMaps, deployments, events, ingresses, namespaces, nodes, pods, replicaSets, services } from '../kube/resource-type.ts';
import { rollouts } from '../rollouts/rollout.ts';
import type { CommandRunner } from './command-runner.ts';

const OBJECTS: readonly ResourceType[] = [
  nodes,
  namespaces,
  deployments,
  replicaSets,
  pods,
  services,
  ingresses,
  configMaps,
  rollouts,
  events,
];
/** Labels of the controllers whose logs explain most failures. */
const CONTROLLERS = ['ingress-nginx', 'argo-rollouts'];

/**
 * Writes what one needs to understand a failure below `folder`/diagnostics: objects by kind, events in order, the
 * controllers' logs. Secrets are never read, and values that look secret are replaced. What cannot be read is said in its file.
 */
export async function writeDiagnostics(folder: string, deps: { api: KubeApi; tools: CommandRunner; signal: AbortSignal }): Promise<void> {
  const target = path.join(folder, 'diagnostics');
  await mkdir(target, { recursive: true });
  const write = async (file: string, content: () => Promise<string>): Promise<void> => {
    await writeFile(path.join(target, file), await content().catch((error: unknown) => `not readable: ${messageOf(error)}\n`));
  };
  for (const type of OBJECTS) {
    await write(`${type.resource}.json`, async () => {
      const { items } = await deps.api.list<KubeObject>(type, {}, { signal: deps.signal });
      return `${JSON.stringify(items.map(redacted), null, 2)}\n`;
    });
  }
  for (const name of CONTROLLERS) {
    await write(`${name}.log`, async () => {
      const ran = await deps.tools.run('kubectl', ['logs', '-n', name, '-l', `app.kubernetes.io/name=${name}`, '--tail=500', '--prefix'], {
        signal: deps.signal,
        timeoutMs: 10_000,
      });
      return ran.stdout + ran.stderr;
    });
  }
}

const SECRET_NAME = /token|password|secret|authorization|private-?key|caBundle/i;

/** The object with every text under a secret-looking name, and what kubectl last applied, replaced. */
export function redacted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redacted);
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Record<string, unknown>;
  const named = typeof fields['name'] === 'string' && SECRET_NAME.test(fields['name']) && typeof fields['value'] === 'string';
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, content]) => {
      if (key === 'managedFields') return [];
      const isSecret =
        typeof content === 'string' && (SECRET_NAME.test(key) || key.endsWith('last-applied-configuration') || (named && key === 'value'));
      return [[key, isSecret ? '(redacted)' : redacted(content)]];
    }),
  );
}
