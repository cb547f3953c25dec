import { parseError } from '../query-error.ts';
import { type BinaryExpression, type CallExpression, COMPARISONS, type Expression, SET_OPERATORS, type ValueType } from './expression.ts';
import { FUNCTIONS } from './functions-table.ts';

/** The type of an expression's value; throws where upstream's parser refuses the expression. */
export function checkExpression(expression: Expression): ValueType {
  switch (expression.kind) {
    case 'number':
      return 'scalar';
    case 'string':
      return 'string';
    case 'selector':
      return 'instant vector';
    case 'range':
      return 'range vector';
    case 'paren':
      return checkExpression(expression.expression);
    case 'subquery': {
      const type = checkExpression(expression.expression);
      if (type !== 'instant vector') throw parseError(`subquery is only allowed on instant vector, got ${type} instead`);
      return 'range vector';
    }
    case 'unary': {
      const type = checkExpression(expression.operand);
      if (type !== 'scalar' && type !== 'instant vector')
        throw parseError(`unary expression only allowed on expressions of type scalar or instant vector, got "${type}"`);
      return type;
    }
    case 'call':
      return checkCall(expression);
    case 'binary':
      return checkBinary(expression);
    case 'aggregate': {
      expect(expression.expression, 'instant vector', 'aggregation expression');
      if (expression.parameter !== undefined)
        expect(expression.parameter, expression.name === 'count_values' ? 'string' : 'scalar', 'aggregation parameter');
      return 'instant vector';
    }
  }
}

function expect(expression: Expression, wanted: ValueType, where: string): void {
  const type = checkExpression(expression);
  if (type !== wanted) throw parseError(`expected type ${wanted} in ${where}, got ${type}`);
}

function checkCall({ name, args }: CallExpression): ValueType {
  const signature = FUNCTIONS.get(name);
  if (signature === undefined) throw parseError(`function "${name}" is not modelled`);
  const most = signature.variadic ? Number.POSITIVE_INFINITY : signature.args.length;
  if (args.length < signature.required)
    throw parseError(
      `expected ${signature.required === most ? '' : 'at least '}${signature.required} argument(s) in call to "${name}", got ${args.length}`,
    );
  if (args.length > most)
    throw parseError(
      `expected ${signature.required === most ? '' : 'at most '}${most} argument(s) in call to "${name}", got ${args.length}`,
    );
  for (const [index, arg] of args.entries())
    expect(arg, signature.args[Math.min(index, signature.args.length - 1)]!, `call to function "${name}"`);
  return signature.returns;
}

function checkBinary({ operator, left, right, bool, matching }: BinaryExpression): ValueType {
  const types = [checkExpression(left), checkExpression(right)];
  if (types.some((type) => type !== 'scalar' && type !== 'instant vector'))
    throw parseError('binary expression must contain only scalar and instant vector types');
  const isSet = SET_OPERATORS.has(operator);
  const isVector = types.map((type) => type === 'instant vector');
  if (bool && !COMPARISONS.has(operator)) throw parseError('bool modifier can only be used on comparison operators');
  if (COMPARISONS.has(operator) && !bool && !isVector.includes(true))
    throw parseError('comparisons between scalars must use BOOL modifier');
  if (isVector.includes(false)) {
    if (matching.labels.length > 0 || matching.on || matching.many !== 'none')
      throw parseError('vector matching only allowed between instant vectors');
    if (isSet) throw parseError(`set operator "${operator}" not allowed in binary scalar expression`);
  } else if (isSet && matching.many !== 'none') throw parseError(`no grouping allowed for "${operator}" operation`);
  const shared = matching.on ? matching.include.find((label) => matching.labels.includes(label)) : undefined;
  if (shared !== undefined) throw parseError(`label "${shared}" must not occur in ON and GROUP clause at once`);
  return isVector.includes(true) ? 'instant vector' : 'scalar';
}
