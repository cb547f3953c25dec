import { type Labels, labelsKey, labelsText, METRIC_NAME, onlyLabels, withoutLabels, withoutName } from '../labels.ts';
import { executionError } from '../query-error.ts';
import { type BinaryOperator, COMPARISONS, type VectorMatching } from './expression.ts';
import type { VectorSample } from './value.ts';

const ARITHMETIC: Readonly<Partial<Record<BinaryOperator, (a: number, b: number) => number>>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '^': power,
  atan2: Math.atan2,
};
const COMPARE: Readonly<Partial<Record<BinaryOperator, (a: number, b: number) => boolean>>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
};

/** Go's `math.Pow`, which gives 1 for a base of 1 and for -1 to an infinite power. */
function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && !Number.isFinite(exponent) && !Number.isNaN(exponent))) return 1;
  return base ** exponent;
}

/** The number of two scalars; a comparison (with `bool`) gives 1 or 0. */
export function scalarOperation(operator: BinaryOperator, left: number, right: number): number {
  const compare = COMPARE[operator];
  return compare === undefined ? ARITHMETIC[operator]!(left, right) : Number(compare(left, right));
}

/** A vector with one scalar on the right, or on the left when `isSwapped`. A comparison without `bool` filters. */
export function vectorScalarOperation(
  operator: BinaryOperator,
  samples: readonly VectorSample[],
  scalar: number,
  isSwapped: boolean,
  bool: boolean,
): VectorSample[] {
  const isFilter = COMPARISONS.has(operator) && !bool;
  return samples.flatMap(({ labels, value }) => {
    const result = isSwapped ? scalarOperation(operator, scalar, value) : scalarOperation(operator, value, scalar);
    if (isFilter) return result === 1 ? [{ labels, value }] : [];
    return [{ labels: keepsName(operator, bool) ? labels : withoutName(labels), value: result }];
  });
}

/** A filter keeps the metric's name; so does `atan2` in upstream's release, which forgot it. */
function keepsName(operator: BinaryOperator, bool: boolean): boolean {
  return operator === 'atan2' || (COMPARISONS.has(operator) && !bool);
}

function signatureOf(labels: Labels, matching: VectorMatching): string {
  return labelsKey(matching.on ? onlyLabels(labels, matching.labels) : withoutLabels(labels, [...matching.labels, METRIC_NAME]));
}

export function setOperation(
  operator: BinaryOperator,
  left: readonly VectorSample[],
  right: readonly VectorSample[],
  matching: VectorMatching,
): VectorSample[] {
  const signatures = (samples: readonly VectorSample[]): Set<string> => new Set(samples.map(({ labels }) => signatureOf(labels, matching)));
  if (operator === 'or') {
    const known = signatures(left);
    return [...left, ...right.filter(({ labels }) => !known.has(signatureOf(labels, matching)))];
  }
  const known = signatures(right);
  return left.filter(({ labels }) => known.has(signatureOf(labels, matching)) === (operator === 'and'));
}

/** Arithmetic or comparison of two vectors, element by element with the same signature. */
export function vectorOperation(
  operator: BinaryOperator,
  left: readonly VectorSample[],
  right: readonly VectorSample[],
  matching: VectorMatching,
  bool: boolean,
): VectorSample[] {
  const isSwapped = matching.many === 'right';
  const [manySide, oneSide] = isSwapped ? [right, left] : [left, right];
  const ones = new Map<string, VectorSample>();
  for (const sample of oneSide) {
    const signature = signatureOf(sample.labels, matching);
    const other = ones.get(signature);
    if (other !== undefined) {
      const group = matching.on
        ? onlyLabels(sample.labels, matching.labels)
        : withoutLabels(sample.labels, [...matching.labels, METRIC_NAME]);
      throw executionError(
        `found duplicate series for the match group ${labelsText(group)} on the ${isSwapped ? 'left' : 'right'} hand-side of the operation: [${labelsText(sample.labels)}, ${labelsText(other.labels)}];many-to-many matching not allowed: matching labels must be unique on one side`,
      );
    }
    ones.set(signature, sample);
  }
  const isFilter = COMPARISONS.has(operator) && !bool;
  const taken = new Set<string>();
  const result: VectorSample[] = [];
  for (const many of manySide) {
    const signature = signatureOf(many.labels, matching);
    const one = ones.get(signature);
    if (one === undefined) continue;
    const [a, b] = isSwapped ? [one.value, many.value] : [many.value, one.value];
    const value = scalarOperation(operator, a, b);
    if (isFilter && value !== 1) continue;
    const labels = resultLabels(many.labels, one.labels, matching, !keepsName(operator, bool));
    if (matching.many === 'none') {
      if (taken.has(signature))
        throw executionError('multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)');
      taken.add(signature);
    } else {
      const key = signature + labelsKey(labels);
      if (taken.has(key)) throw executionError('multiple matches for labels: grouping labels must ensure unique matches');
      taken.add(key);
    }
    result.push({ labels, value: isFilter ? a : value });
  }
  return result;
}

function resultLabels(many: Labels, one: Labels, matching: VectorMatching, dropsName: boolean): Labels {
  let labels = dropsName ? withoutName(many) : many;
  if (matching.many === 'none') labels = matching.on ? onlyLabels(labels, matching.labels) : withoutLabels(labels, matching.labels);
  if (matching.include.length === 0) return labels;
  return { ...withoutLabels(labels, matching.include), ...onlyLabels(one, matching.include) };
}
