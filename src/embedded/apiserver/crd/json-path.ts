import { ownValue } from '../../../base/own-value.ts';

type Step =
  | { kind: 'field'; name: string }
  | { kind: 'index'; at: number }
  | { kind: 'all' }
  | { kind: 'filter'; path: Step[]; operator: string; value: unknown };

/** A compiled simple JSONPath of a CRD: fields, `['name']`, indices, `[*]` and `[?(@.a=="b")]`. */
export type JsonPath = readonly Step[];

/** Compiles the path; undefined when it uses what is not modelled. */
export function compileJsonPath(text: string): JsonPath | undefined {
  const steps: Step[] = [];
  let rest = text
    .trim()
    .replace(/^\{(.*)\}$/, '$1')
    .replace(/^\$/, '');
  while (rest !== '') {
    const match =
      rest.match(/^\.?\[\?\(\s*@([^=!<>]*?)\s*(==|!=)\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^)\s]+)\s*\)\]/) ??
      rest.match(/^\.?\[(?:(\*)|(-?\d+)|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]/) ??
      rest.match(/^\.(\*)/) ??
      rest.match(/^\.?((?:[\w$-]|\\.)+)/);
    if (match === null) return undefined;
    const [whole, first] = match;
    if (whole.includes('?(')) {
      const path = compileJsonPath(first!);
      if (path === undefined) return undefined;
      steps.push({ kind: 'filter', path: [...path], operator: match[2]!, value: literal(match[3]!) });
    } else if (whole.includes('[') && match.length > 2) {
      if (first !== undefined) steps.push({ kind: 'all' });
      else if (match[2] !== undefined) steps.push({ kind: 'index', at: Number(match[2]) });
      else steps.push({ kind: 'field', name: match[3] ?? match[4]! });
    } else if (first === '*') steps.push({ kind: 'all' });
    else steps.push({ kind: 'field', name: first!.replace(/\\(.)/g, '$1') });
    rest = rest.slice(whole.length);
  }
  return steps;
}

function literal(text: string): unknown {
  if (/^["']/.test(text)) return text.slice(1, -1).replace(/\\(.)/g, '$1');
  if (text === 'true' || text === 'false') return text === 'true';
  return Number.isNaN(Number(text)) ? text : Number(text);
}

/** Every value the path finds; none when something on the way is missing. */
export function evaluateJsonPath(path: JsonPath, root: unknown): unknown[] {
  let values: unknown[] = [root];
  for (const step of path) values = values.flatMap((value) => take(step, value));
  return values;
}

function take(step: Step, value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  switch (step.kind) {
    case 'field': {
      const found = Array.isArray(value) ? undefined : ownValue(value as Record<string, unknown>, step.name);
      return found === undefined || found === null ? [] : [found];
    }
    case 'index': {
      const found = Array.isArray(value) ? value.at(step.at) : undefined;
      return found === undefined ? [] : [found];
    }
    case 'all':
      return Array.isArray(value) ? value : Object.values(value);
    case 'filter':
      return (Array.isArray(value) ? value : []).filter((item) => {
        const [found] = evaluateJsonPath(step.path, item);
        return found !== undefined && (step.operator === '==') === (found === step.value);
      });
  }
}
