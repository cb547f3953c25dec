import { LabError } from '../base/errors.ts';
import { ENGINE_FAILURES } from './failures/engine-failures.ts';
import type { FailingProgram, FailureContext, FailureRule } from './failures/failure-rule.ts';
import { HELM_FAILURES } from './failures/helm-failures.ts';
import { K3S_FAILURES } from './failures/k3s-failures.ts';
import { KIND_FAILURES } from './failures/kind-failures.ts';
import { MINIKUBE_EXIT_GROUPS, MINIKUBE_FAILURES } from './failures/minikube-failures.ts';

/** From the most special to the most general: the first row that matches decides. */
const RULES: readonly FailureRule[] = [...ENGINE_FAILURES, ...KIND_FAILURES, ...MINIKUBE_FAILURES, ...K3S_FAILURES, ...HELM_FAILURES];

/** One error with cause and next step for a program that failed. What is not known keeps the program's own last lines. */
export function explainFailure(program: FailingProgram, output: string, about: FailureContext, exitCode?: number): LabError {
  for (const { of, pattern, code, cause, next } of RULES) {
    const match = of.includes(program) ? output.match(pattern) : null;
    if (match !== null) return new LabError(code, cause(match, about), { cause: new Error(lastLines(output)), next: next(match, about) });
  }
  const group = program === 'minikube' && exitCode !== undefined ? MINIKUBE_EXIT_GROUPS[Math.floor(exitCode / 10)] : undefined;
  const why = group === undefined ? '' : `: ${group}`;
  return new LabError(
    `${program.toUpperCase()}_FAILED`,
    `${program} failed${exitCode === undefined ? '' : ` (exit code ${exitCode})`}${why}.`,
    { cause: new Error(lastLines(output)), next: 'See what this machine can run: npm run doctor' },
  );
}

function lastLines(output: string): string {
  return output
    .trim()
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-6)
    .join('\n')
    .slice(-1200);
}
