import { yamlLibrary } from '../../../base/yaml-library.ts';

/** Lists and maps inside each other that a body may hold: upstream's decoder takes ten times as many. */
export const MAX_NESTING = 1000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENERS = new Set([0x5b, 0x7b]);
const CLOSERS = new Set([0x5d, 0x7d]);

/** Whether JSON text nests deeper than anything that walks it could follow. */
export function isJsonTooDeep(body: Uint8Array): boolean {
  if (body.length <= MAX_NESTING) return false;
  let depth = 0;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at]!;
    if (byte === QUOTE) {
      for (at++; at < body.length && body[at] !== QUOTE; at++) if (body[at] === BACKSLASH) at++;
    } else if (OPENERS.has(byte)) {
      depth += 1;
      if (depth > MAX_NESTING) return true;
    } else if (CLOSERS.has(byte)) depth -= 1;
  }
  return false;
}

/** Many lists that begin on one line, one inside the other. */
const NESTED_ITEMS = new RegExp(`(?:[-?][ \\t]+){${MAX_NESTING}}`);

/** The same for YAML, whose parser takes seconds to give up. */
export function isYamlTooDeep(text: string): boolean {
  if (text.length <= MAX_NESTING) return false;
  return NESTED_ITEMS.test(text) || (hasManyOpeners(text) && isFlowTooDeep(text));
}

function hasManyOpeners(text: string): boolean {
  let count = 0;
  for (let at = 0; at < text.length; at++) if (OPENERS.has(text.charCodeAt(at)) && ++count > MAX_NESTING) return true;
  return false;
}

/** Only the lexer knows which brackets stand inside of texts. */
function isFlowTooDeep(text: string): boolean {
  let depth = 0;
  for (const token of new (yamlLibrary().Lexer)().lex(text)) {
    if (token === '[' || token === '{') {
      depth += 1;
      if (depth > MAX_NESTING) return true;
    } else if (token === ']' || token === '}') depth -= 1;
  }
  return false;
}
