import { describe, expect, it } from 'vitest';
import lab from '../../labs/02-automated-canary/lab.ts';
import { quoteCommand } from '../base/shell-quote.ts';
import type { Action } from './lab.ts';
import { mutationsOf } from './mutations.ts';
import { wordsOf } from './run-action.ts';

const variables = lab.variables({
  chartRepositories: { 'ingress-nginx': 'http://127.0.0.1/i', argo: 'http://127.0.0.1/a' },
  ingressUrl: 'http://127.0.0.1',
  kubernetesVersion: 'v1.34.0',
  shipped: (file) => file,
});
const lineOf = (action: Action): string => {
  if (action.do === 'command') return quoteCommand([action.program, ...wordsOf(action, variables)]);
  if (action.do === 'request') return `curl ${action.request.path}`;
  return action.do === 'list-files' ? `ls -1 ${action.folder(variables)}` : `… ${action.duration}`;
};
const lines = lab.steps.flatMap(({ run }) => run.map(lineOf));
const notes = lab.steps.flatMap((step) => step.notes.map(({ id }) => id));

/** Every command that the printed tutorial shows: the start of the lab's own line, or the note that says why it differs. */
const tutorial: [string, { line?: string; note?: string }][] = [
  ['helm repo add ingress-nginx https://…', { line: 'helm repo add ingress-nginx ' }],
  [
    'helm install ingress-nginx/ingress-nginx … --version 4.8.3 --wait',
    {
      line: 'helm install ingress-nginx/ingress-nginx --name-template ingress-nginx --create-namespace -n ingress-nginx --values kind/ingress-nginx-values.yaml --version 4.8.3',
      note: 'helm-wait',
    },
  ],
  ['kubectl get deploy -n ingress-nginx', { line: 'kubectl get deploy -n ingress-nginx' }],
  ['helm repo add argo https://…', { line: 'helm repo add argo ' }],
  ['helm install my-release argo/argo-rollouts', { line: 'helm install argo-rollouts argo/argo-rollouts', note: 'argo-namespace' }],
  ['kubectl get deploy -n argo-rollouts', { line: 'kubectl get deploy -n argo-rollouts' }],
  [
    'helm install sample-app/helm-charts/argo-rollouts --name-template sample-app … --wait',
    {
      line: 'helm install charts/sample-app/argo-rollouts --name-template sample-app --create-namespace -n sample-app',
      note: 'helm-wait-rollout',
    },
  ],
  ['kubectl get rollout sample-app -n sample-app', { line: 'kubectl get rollout sample-app -n sample-app' }],
  ['ls -1 …/templates', { line: 'ls -1 charts/sample-app/argo-rollouts/templates' }],
  ['ls -1 …/templates/canary', { line: 'ls -1 charts/sample-app/argo-rollouts/templates/canary' }],
  ['kubectl argo rollouts dashboard -n argo-rollouts', { line: 'kubectl argo rollouts dashboard -n argo-rollouts', note: 'dashboard' }],
  ['kubectl argo rollouts dashboard -n argo-rollouts &', { line: 'kubectl argo rollouts dashboard -n argo-rollouts' }],
  ['(set a new image)', { line: 'kubectl argo rollouts set image sample-app sample-app=', note: 'set-image-missing' }],
  ['kubectl get ingress -n sample-app', { line: 'kubectl get ingress -n sample-app', note: 'class' }],
  [
    'kubectl describe ingress sample-app-sample-app-canary -n sample-app',
    { line: 'kubectl describe ingress sample-app-sample-app-canary -n sample-app' },
  ],
  [
    'kubectl argo rollouts get rollout sample-app --watch -n sample-app',
    { line: 'kubectl argo rollouts get rollout sample-app --watch', note: 'watch' },
  ],
  ['kubectl argo rollouts get rollout sample --watch -n sample-app', { note: 'watch' }],
  ['kubectl argo rollouts promote sample-app -n sample-app', { line: 'kubectl argo rollouts promote sample-app -n sample-app' }],
  [
    'kubectl argo rollouts promote sample-app -n sample-app --full',
    { line: 'kubectl argo rollouts promote sample-app --full -n sample-app' },
  ],
  ['kubectl argo rollouts abort sample-app -n sample-app', { line: 'kubectl argo rollouts abort sample-app -n sample-app' }],
  ['kubectl argo rollouts undo sample-app -n sample-app', { line: 'kubectl argo rollouts undo sample-app -n sample-app' }],
];

describe('lab 02', () => {
  it.each(tutorial)('has the tutorial command "%s" as a step, or a note about it', (_, { line, note }) => {
    if (line !== undefined) expect(lines.some((own) => own.startsWith(line))).toBe(true);
    if (note !== undefined) expect(notes).toContain(note);
  });

  it('has at least 40 checks, each with a change that it must notice', () => {
    const checks = lab.steps.flatMap((step) => step.checks);
    expect(checks.length).toBeGreaterThanOrEqual(40);
    for (const check of checks) expect(mutationsOf(check).length).toBeGreaterThan(0);
  });

  it('checks the labels deployment=stable and deployment=canary at every step of the walk', () => {
    const walk = lab.steps.slice(lab.steps.findIndex(({ id }) => id === lab.walk!.from));
    for (const { id, checks } of walk) {
      // While an aborted canary's Pods are about to go, their number is no fact to rely on.
      const wanted = id === 'abort' ? [`${id}-pods-stable`] : [`${id}-pods-stable`, `${id}-pods-canary`];
      expect(checks.map((check) => check.id)).toEqual(expect.arrayContaining(wanted));
    }
  });

  it('never calls promotion 홍보', () => {
    expect(JSON.stringify(lab)).not.toContain('홍보');
    expect(JSON.stringify(lab)).toContain('승격');
  });
});
