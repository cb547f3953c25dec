import { messageOf } from '../../../base/errors.ts';
import type { MatchCondition } from '../../../kube/generated/types.ts';
import { type FieldError, fieldError } from '../../../kube/status-error.ts';
import { CelExpressions } from '../cel/cel-expression.ts';
import { celValue } from '../cel/cel-value.ts';
import { qualifiedNameProblems } from '../registry/syntax.ts';

const VARIABLES = ['object', 'oldObject', 'request'];
const MOST_CONDITIONS = 64;
/** As one line of an expression names it, outside of quotes. */
const AUTHORIZER = /(?<![\w.'"])authorizer(?![\w'"])/;

/** What conditions say of a request: call the webhook, leave it out, or this went wrong. */
export type Verdict = { matches: boolean } | { errors: readonly string[] };

/**
 * The `matchConditions` of webhooks, each expression compiled once: k8s.io/apiserver/pkg/admission/plugin/webhook/matchconditions. One
 * condition that is false outweighs any number that fail.
 */
export class MatchConditions {
  readonly #expressions = new CelExpressions(VARIABLES);

  evaluate(
    conditions: readonly MatchCondition[],
    review: { readonly object: unknown; readonly oldObject: unknown; readonly [field: string]: unknown },
  ): Verdict {
    const { object, oldObject, ...request } = review;
    const variables = { object: celValue(object), oldObject: celValue(oldObject), request: celValue(request) };
    const errors: string[] = [];
    for (const { expression } of conditions) {
      const evaluate = this.#expressions.compile(expression);
      try {
        if (typeof evaluate !== 'function') throw new Error(`compilation failed: ${evaluate.problem}`);
        if (evaluate(variables) !== true) return { matches: false };
      } catch (error) {
        errors.push(`expression '${expression}' resulted in error: ${messageOf(error)}`);
      }
    }
    return errors.length > 0 ? { errors } : { matches: true };
  }

  /** What is wrong with conditions at a write: kubernetes/pkg/apis/admissionregistration/validation validateMatchConditions. */
  problems(conditions: readonly MatchCondition[] | undefined, at: string): FieldError[] {
    const errors: FieldError[] = [];
    const names = new Set<string>();
    if ((conditions ?? []).length > MOST_CONDITIONS)
      errors.push({
        field: at,
        reason: 'FieldValueTooMany',
        message: `Too many: ${conditions!.length}: must have at most ${MOST_CONDITIONS} items`,
      });
    for (const [i, { name, expression }] of (conditions ?? []).entries()) {
      const place = `${at}[${i}]`;
      if (!expression?.trim()) errors.push(fieldError.required(`${place}.expression`));
      else errors.push(...this.#expressionProblems(expression, `${place}.expression`));
      if (!name) errors.push(fieldError.required(`${place}.name`));
      else {
        errors.push(...qualifiedNameProblems(name).map((problem) => fieldError.invalid(`${place}.name`, name, problem)));
        if (names.has(name)) errors.push(fieldError.duplicate(`${place}.name`, name));
        names.add(name);
      }
    }
    return errors;
  }

  #expressionProblems(expression: string, field: string): FieldError[] {
    if (AUTHORIZER.test(expression)) return [fieldError.forbidden(field, '"authorizer" is not modelled')];
    const compiled = this.#expressions.compile(expression);
    return typeof compiled === 'function' ? [] : [fieldError.invalid(field, expression, `compilation failed: ${compiled.problem}`)];
  }
}
