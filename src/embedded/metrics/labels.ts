import { ownValue, setOwnValue } from '../../base/own-value.ts';
/** Labels of one series; `__name__` holds the metric's name. A label with an empty value does not exist. */
export type Labels = Readonly<Record<string, string>>;

export const METRIC_NAME = '__name__';

/** One string per label set, whatever the order of its keys. */
export function labelsKey(labels: Labels): string {
  let key = '';
  for (const name of Object.keys(labels).sort()) key += `${name}\u0000${labels[name]}\u0001`;
  return key;
}

/** The same labels without `names`. */
export function withoutLabels(labels: Labels, names: readonly string[]): Record<string, string> {
  const rest: Record<string, string> = {};
  for (const name of Object.keys(labels)) if (!names.includes(name)) setOwnValue(rest, name, labels[name]!);
  return rest;
}

export function withoutName(labels: Labels): Labels {
  return Object.hasOwn(labels, METRIC_NAME) ? withoutLabels(labels, [METRIC_NAME]) : labels;
}

/** Only those of `names` that the set has. */
export function onlyLabels(labels: Labels, names: readonly string[]): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of names) {
    const value = ownValue(labels, name);
    if (value !== undefined && value !== '') setOwnValue(kept, name, value);
  }
  return kept;
}

/** Orders label sets by name, then value, pair by pair. */
export function compareLabels(a: Labels, b: Labels): number {
  const [left, right] = [Object.keys(a).sort(), Object.keys(b).sort()];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    if (left[i] !== right[i]) return left[i]! < right[i]! ? -1 : 1;
    const [x, y] = [a[left[i]!]!, b[right[i]!]!];
    if (x !== y) return x < y ? -1 : 1;
  }
  return left.length - right.length;
}

/** `{a="1", b="2"}` or `name{…}`, for messages. */
export function labelsText(labels: Labels): string {
  const pairs = Object.keys(labels)
    .filter((name) => name !== METRIC_NAME)
    .sort()
    .map((name) => `${name}=${JSON.stringify(labels[name])}`);
  return `${labels[METRIC_NAME] ?? ''}${pairs.length > 0 || labels[METRIC_NAME] === undefined ? `{${pairs.join(', ')}}` : ''}`;
}
