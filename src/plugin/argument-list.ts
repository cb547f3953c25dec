/** Flags without a value, which Go programs also accept as `--flag=true` and `--flag=false`. */
const BOOLEANS = new Set([
  'watch',
  'full',
  'no-color',
  'all-namespaces',
  'global',
  'timestamps',
  'short',
  'insecure-skip-tls-verify',
  'disable-compression',
  'skip-current-step',
  'skip-all-steps',
]);
const SHORT: Readonly<Record<string, string>> = { w: 'watch', A: 'all-namespaces', c: 'skip-current-step', a: 'skip-all-steps' };

/** The arguments with `--flag=true|false` spelled as `--flag` or, for `watch`, `--no-watch`; nothing behind `--` is touched. */
export function normalizeArguments(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  const head = end < 0 ? argv : argv.slice(0, end);
  const result = head.flatMap((argument) => {
    const match = argument.match(/^(?:--([\w-]+)|-(\w))=(true|false|1|0|t|f|T|F|TRUE|FALSE|True|False)$/);
    const name = match?.[1] ?? SHORT[match?.[2] ?? ''];
    if (match === null || name === undefined || !BOOLEANS.has(name)) return [argument];
    if (/^(true|1|t)$/i.test(match[3]!)) return [`--${name}`];
    return name === 'watch' ? ['--no-watch'] : [];
  });
  return end < 0 ? result : [...result, ...argv.slice(end)];
}
