const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

/** A Go `strconv.ParseBool`; `undefined` when the text is none. */
export function parseBool(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  return TRUE.has(text) ? true : FALSE.has(text) ? false : undefined;
}

/** A Go `strconv.Atoi`: decimal digits with an optional sign and nothing else (no spaces, no `%`, no fraction). */
export function parseInteger(text: string | undefined): number | undefined {
  return text !== undefined && /^[+-]?\d{1,18}$/.test(text) ? Number(text) : undefined;
}

/** A string annotation: each line trimmed; empty counts as absent. */
export function parseText(text: string | undefined): string {
  return text === undefined
    ? ''
    : text
        .split('\n')
        .map((line) => line.trim())
        .join('\n');
}

/** An NGINX size such as `1m`, `8k`, `512`, in bytes; 0 switches the limit off. */
export function parseSize(text: string | undefined): number | undefined {
  const match = text?.trim().match(/^(\d+)([kKmMgG]?)$/);
  if (!match) return undefined;
  return Number(match[1]) * ({ k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[match[2]!.toLowerCase()] ?? 1);
}
