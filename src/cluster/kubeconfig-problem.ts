import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseDocument } from 'yaml';
import { LabError } from '../base/errors.ts';

interface ConfigFile {
  contexts?: { name: string }[];
  'current-context'?: string;
}

/** What one file of the list is: a configuration, or why not. */
type Reading = { file: string; config: ConfigFile } | { file: string; config: undefined; why: string; isMissing: boolean };

const START_ONE = 'start a cluster with "npm run cluster -- up" and type the lines that it prints';

/**
 * What keeps `context` (default: the current one) of the user's kubeconfig from being used, in words that name the file; `undefined` when nothing does.
 * The files are those that kubectl reads: the list in KUBECONFIG, of which some may be missing, else `~/.kube/config`. Never throws.
 */
export async function kubeconfigProblem(
  env: Readonly<Record<string, string | undefined>>,
  context: string | undefined,
): Promise<LabError | undefined> {
  const listed = (env['KUBECONFIG'] ?? '').split(path.delimiter).filter((file) => file !== '');
  const isNamed = listed.length > 0;
  const files = isNamed ? listed : [path.join(env['HOME'] ?? env['USERPROFILE'] ?? '~', '.kube', 'config')];
  const from = isNamed ? 'named by KUBECONFIG' : 'used as KUBECONFIG is not set';
  const readings = await Promise.all(files.map(reading));
  const broken = readings.filter((one) => one.config === undefined);
  const garbage = broken.find(({ isMissing }) => !isMissing);
  if (garbage !== undefined || broken.length === readings.length) {
    const said = garbage === undefined ? broken : [garbage];
    const names = said.map(({ file }) => `"${file}"`).join(', ');
    return new LabError('KUBECONFIG_UNREADABLE', `The kubeconfig ${names} (${from}) ${said[0]!.why}.`, {
      next: isNamed
        ? `Set KUBECONFIG to a file that is one: export KUBECONFIG=FILE. Or ${START_ONE}.`
        : `Name yours: export KUBECONFIG=FILE. Or ${START_ONE}.`,
    });
  }
  const whole = readings.flatMap((one) => (one.config === undefined ? [] : [one]));
  const known = whole.flatMap(({ config }) => (config.contexts ?? []).map(({ name }) => name));
  const wanted = context ?? whole.map(({ config }) => config['current-context']).find((name) => name !== undefined && name !== '');
  const where = `the kubeconfig ${whole.map(({ file }) => `"${file}"`).join(', ')}`;
  const choose = (line: (name: string) => string): string =>
    known.length === 0 ? `Set KUBECONFIG to a file that has a context, or ${START_ONE}.` : line(known[0]!);
  const list = known.length === 0 ? 'no context at all' : `these contexts: ${known.join(', ')}`;
  if (wanted === undefined)
    return new LabError('CONTEXT_UNKNOWN', `No context is current in ${where}, which has ${list}.`, {
      next: choose((name) => `Name one, as --context ${name}, or make it current: kubectl config use-context ${name}`),
    });
  if (known.includes(wanted)) return undefined;
  return new LabError('CONTEXT_UNKNOWN', `There is no context "${wanted}" in ${where}, which has ${list}.`, {
    next: choose((name) => `Name one of these, as --context ${name}.`),
  });
}

async function reading(file: string): Promise<Reading> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why: Partial<Record<string, string>> = {
      ENOENT: 'does not exist',
      EISDIR: 'is a folder',
      EACCES: 'may not be read by this user',
    };
    return { file, config: undefined, why: why[code ?? ''] ?? `cannot be read (${code})`, isMissing: code === 'ENOENT' };
  }
  const document = parseDocument(text);
  const [problem] = document.errors;
  if (problem !== undefined)
    return { file, config: undefined, why: `is not valid YAML (${problem.message.split('\n')[0]!.replace(/:$/, '')})`, isMissing: false };
  const config: unknown = document.toJS();
  // kubectl takes an empty file for a configuration without contexts.
  if (config === null) return { file, config: {} };
  const { contexts = [] } = config as { contexts?: unknown };
  if (typeof config !== 'object' || Array.isArray(config) || (contexts !== null && !Array.isArray(contexts)))
    return { file, config: undefined, why: 'is no kubeconfig: it has no list of contexts', isMissing: false };
  return { file, config: { ...(config as ConfigFile), contexts: (contexts ?? []) as { name: string }[] } };
}
