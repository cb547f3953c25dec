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

/** The release that a `helm install` or `helm upgrade` command makes; `undefined` for any other command, or when helm invents the name. */
export function releaseOf(argv: readonly string[]): { name: string; namespace: string } | undefined {
  if (argv[0] !== 'helm') return undefined;
  const words: string[] = [];
  let namespace = 'default';
  let name: string | undefined;
  for (let index = 1; index < argv.length; index += 1) {
    const word = argv[index]!;
    if (!word.startsWith('-')) {
      words.push(word);
      continue;
    }
    const [flag, inline] = word.includes('=') ? [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] : [word, undefined];
    if (SWITCHES.has(flag)) continue;
    const value = inline ?? argv[(index += 1)];
    if (flag === '-n' || flag === '--namespace') namespace = value ?? namespace;
    if (flag === '--name-template') name = value;
  }
  if (words[0] !== 'install' && words[0] !== 'upgrade') return undefined;
  name ??= words.length >= 3 ? words[1] : undefined;
  return name === undefined ? undefined : { name, namespace };
}

/** The namespace that a `kubectl create namespace` command makes. */
export function namespaceOf(argv: readonly string[]): string | undefined {
  return argv[0] === 'kubectl' && argv[1] === 'create' && /^(namespaces?|ns)$/.test(argv[2] ?? '') ? argv[3] : undefined;
}
