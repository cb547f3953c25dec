const CODES: Readonly<Record<string, number>> = {
  '✔': 32,
  '✖': 31,
  '⚠': 33,
  '◌': 36,
  '॥': 36,
  '◷': 36,
  '?': 33,
  '•': 0,
  stable: 32,
  active: 32,
  canary: 33,
  preview: 34,
  ping: 34,
  pong: 34,
};

/** Colours by icon and tag; `enabled` false gives plain text. */
export function createPalette(enabled: boolean): { icon(icon: string): string; tag(tag: string): string; label(text: string): string } {
  const wrap = (code: number, text: string): string => (enabled ? `\u001b[${code}m${text}\u001b[0m` : text);
  return {
    icon: (icon) => wrap(CODES[icon] ?? 0, icon),
    tag: (tag) => wrap(CODES[tag] ?? 34, tag),
    label: (text) => wrap(0, text),
  };
}

/** Columns that a text takes on the screen, escapes left out. Every sign we print is one column wide. */
export function visibleWidth(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for.
  return [...text.replace(/\u001b\[\d*m/g, '')].length;
}
