/**
 * The path that locations are matched against: percent-decoded, without query, with slashes merged and dot segments resolved.
 * `undefined` when NGINX would answer 400: a bad escape, an encoded NUL, or a way above the root.
 */
export function normalizePath(target: string): string | undefined {
  const fragmentAt = target.indexOf('#');
  const whole = fragmentAt < 0 ? target : target.slice(0, fragmentAt);
  const queryAt = whole.indexOf('?');
  const raw = queryAt < 0 ? whole : whole.slice(0, queryAt);
  if (!raw.includes('%') && !raw.includes('//') && !raw.includes('/.')) return raw;
  if (/%(?![0-9a-fA-F]{2})|%00/.test(raw)) return undefined;
  const decoded = raw.includes('%')
    ? Buffer.from(
        raw.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
        'latin1',
      ).toString('utf8')
    : raw;
  const segments: string[] = [];
  const parts = decoded.split('/').slice(1);
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    if (part === '..') {
      if (segments.pop() === undefined) return undefined;
      if (isLast) segments.push('');
    } else if (part === '.' || part === '') {
      if (isLast) segments.push('');
    } else segments.push(part);
  }
  return `/${segments.join('/')}`;
}
