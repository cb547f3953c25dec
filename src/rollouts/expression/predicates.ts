import type { Expression } from './expression.ts';
import { asBoolean, asNumber, listOf } from './values.ts';

const WITH_PREDICATE = new Set(['all', 'any', 'one', 'none', 'filter', 'map', 'count', 'find', 'sum']);

/** Whether the function looks at each element of a list with an expression of its own. */
export function takesPredicate(name: string): boolean {
  return WITH_PREDICATE.has(name);
}

/** A call of such a function; without a predicate it looks at the elements themselves. */
export function applyPredicate(name: string, list: Expression, predicate: Expression | undefined): Expression {
  return (scope) => {
    const items = listOf(list(scope), name);
    const at = (element: unknown, index: number): unknown => (predicate === undefined ? element : predicate({ ...scope, element, index }));
    const holds = (element: unknown, index: number): boolean => asBoolean(at(element, index));
    switch (name) {
      case 'all':
        return items.every(holds);
      case 'any':
        return items.some(holds);
      case 'none':
        return !items.some(holds);
      case 'one':
        return items.filter(holds).length === 1;
      case 'filter':
        return items.filter(holds);
      case 'map':
        return items.map(at);
      case 'find':
        return items.find(holds) ?? null;
      case 'sum':
        return items.map(at).reduce((sum: number, value) => sum + asNumber(value, '+', 0), 0);
      default:
        return items.filter(holds).length;
    }
  };
}
