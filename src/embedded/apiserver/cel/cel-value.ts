import { ownValue } from '../../../base/own-value.ts';
/** What is known of a value's type: CEL knows integers apart from doubles, JSON does not. */
export interface CelShape {
  readonly type?: string;
  readonly items?: CelShape;
  readonly properties?: Readonly<Record<string, CelShape>>;
  readonly additionalProperties?: CelShape | boolean;
}

/** A JSON value as CEL sees it. Without a shape, whole numbers are integers: k8s.io/apiserver/pkg/cel/common UnstructuredToVal. */
export function celValue(value: unknown, shape?: CelShape): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) && shape?.type !== 'number' ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map((item) => celValue(item, shape?.items));
  if (typeof value !== 'object' || value === null) return value;
  const additional = typeof shape?.additionalProperties === 'object' ? shape.additionalProperties : undefined;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, celValue(child, ownValue(shape?.properties, key) ?? additional)]),
  );
}
