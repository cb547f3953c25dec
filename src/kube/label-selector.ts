import type { LabelSelector } from './generated/types.ts';
import { statusError } from './status-error.ts';

export type Labels = Readonly<Record<string, string>> | undefined;
export interface Requirement {
  key: string;
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  values: readonly string[];
}

function meets(labels: Labels, { key, operator, values }: Requirement): boolean {
  // Keys come from users: `constructor` is no label unless somebody has set it.
  const value = labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
  }
}

export function meetsAll(labels: Labels, requirements: readonly Requirement[]): boolean {
  return requirements.every((requirement) => meets(labels, requirement));
}

/** The requirements of a `LabelSelector` object. An absent selector selects nothing, an empty one everything. */
export function requirementsOf(selector: LabelSelector): Requirement[] {
  return [
    ...Object.entries(selector.matchLabels ?? {}).map(([key, value]): Requirement => ({ key, operator: 'In', values: [value] })),
    ...(selector.matchExpressions ?? []).map(
      (e): Requirement => ({ key: e.key, operator: e.operator as Requirement['operator'], values: e.values ?? [] }),
    ),
  ];
}

export function selectorMatches(selector: LabelSelector | undefined, labels: Labels): boolean {
  return selector !== undefined && meetsAll(labels, requirementsOf(selector));
}

/** Parses the query-string form: `a=b,c!=d,e in (f,g),h notin (i),j,!k`. Throws BadRequest on bad syntax. */
export function parseLabelSelector(text: string): Requirement[] {
  const requirements: Requirement[] = [];
  for (const part of text
    .split(/,(?![^(]*\))/)
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '')) {
    const set = part.match(/^(\S+?)\s+(in|notin)\s+\(([^)]*)\)$/);
    const equality = part.match(/^([^=!\s]+)\s*(==|=|!=)\s*(\S*)$/);
    if (set)
      requirements.push({
        key: set[1]!,
        operator: set[2] === 'in' ? 'In' : 'NotIn',
        values: set[3]!.split(',').map((value) => value.trim()),
      });
    else if (equality) requirements.push({ key: equality[1]!, operator: equality[2] === '!=' ? 'NotIn' : 'In', values: [equality[3]!] });
    else if (/^![^\s=!()]+$/.test(part)) requirements.push({ key: part.slice(1), operator: 'DoesNotExist', values: [] });
    else if (/^[^\s=!()]+$/.test(part)) requirements.push({ key: part, operator: 'Exists', values: [] });
    else
      throw statusError(
        'BadRequest',
        `unable to parse requirement: found '${part}', expected: identifier, '!', 'in', 'notin', '=', '==' or '!='`,
      );
  }
  return requirements;
}

/** The string form of a `LabelSelector` object, as in `status.selector` and Scale: keys sorted. */
export function formatLabelSelector(selector: LabelSelector | undefined): string {
  if (selector === undefined) return '<none>';
  const requirements = requirementsOf(selector).sort((a, b) => (a.key < b.key ? -1 : 1));
  return requirements
    .map((requirement) => formatRequirement(requirement, selector.matchLabels?.[requirement.key] === requirement.values[0]))
    .join(',');
}

function formatRequirement({ key, operator, values }: Requirement, isEquality: boolean): string {
  switch (operator) {
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    case 'In':
      return values.length === 1 && isEquality ? `${key}=${values[0]}` : `${key} in (${[...values].sort().join(',')})`;
    case 'NotIn':
      return `${key} notin (${[...values].sort().join(',')})`;
  }
}
