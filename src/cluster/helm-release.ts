/** Flags of helm that take no value; every other one takes the next word unless it holds a "=". */
const SWITCHES = new Set([
  '-i',
  '--install',
  '--create-namespace',
  '--wait',
  '--wait-for-jobs',
  '--atomic',
  '--rollback-on-failure',
  '--dry-run',
  '--devel',
  '--debug',
  '--force',
  '--force-replace',
  '--no-hooks',
  '--skip-crds',
  '--replace',
  '--reuse-values',
  '--reset-values',
  '--reset-then-reuse-values',
  '--dependency-update',
  '--take-ownership',
  '-g',
  '--generate-name',
  '--verify',
  '--hide-notes',
  '--cleanup-on-fail',
  '--render-subchart-notes',
  '--disable-openapi-validation',
  '--skip-schema-validation',
  '--pass-credentials',
  '--insecure-skip-tls-verify',
  '--plain-http',
]);

/** The words and the flags with values of a helm command. */
function parsed(argv: readonly string[]): { words: string[]; flags: Map<string, string> } {
  const words: string[] = [];
  const flags = new Map<string, string>();
  for (let index = 1; index < argv.length; index += 1) {
    const word = argv[index]!;
    if (!word.startsWith('-')) {
      words.push(word);
      continue;
    }
    const [flag, inline] = word.includes('=') ? [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] : [word, undefined];
    if (SWITCHES.has(flag)) continue;
    const value = inline ?? argv[(index += 1)];
    if (value !== undefined) flags.set(flag, value);
  }
  return { words, flags };
}

/** The release that a `helm install` or `helm upgrade` command makes; `undefined` for any other command, or when helm invents the name. */
export function releaseOf(argv: readonly string[]): { name: string; namespace: string } | undefined {
  if (argv[0] !== 'helm') return undefined;
  const { words, flags } = parsed(argv);
  if (words[0] !== 'install' && words[0] !== 'upgrade') return undefined;
  const name = flags.get('--name-template') ?? (words.length >= 3 ? words[1] : undefined);
  return name === undefined ? undefined : { name, namespace: flags.get('--namespace') ?? flags.get('-n') ?? 'default' };
}

/** A chart as `helm show` takes it, with the flags that say which one is meant. */
export interface ChartReference {
  chart: string;
  version: string | undefined;
}

/** The chart of a `helm install` or `helm upgrade` command. */
export function chartOf(argv: readonly string[]): ChartReference | undefined {
  if (argv[0] !== 'helm') return undefined;
  const { words, flags } = parsed(argv);
  const chart = words.length >= 2 && (words[0] === 'install' || words[0] === 'upgrade') ? words.at(-1) : undefined;
  return chart === undefined ? undefined : { chart, version: flags.get('--version') };
}

/** The repository that a `helm repo add` command names. */
export function repositoryOf(argv: readonly string[]): { name: string; url: string } | undefined {
  if (argv[0] !== 'helm') return undefined;
  const [first, second, name, url] = parsed(argv).words;
  return first === 'repo' && second === 'add' && name !== undefined && url !== undefined ? { name, url } : undefined;
}

/** The namespace that a `kubectl create namespace` command makes. */
export function namespaceOf(argv: readonly string[]): string | undefined {
  return argv[0] === 'kubectl' && argv[1] === 'create' && /^(namespaces?|ns)$/.test(argv[2] ?? '') ? argv[3] : undefined;
}
