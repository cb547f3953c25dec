import type { Ingress } from '../../kube/generated/types.ts';
import type { Finding } from './finding.ts';

const KNOWN = ['nginx'];

/** How many single-letter changes turn one word into the other, at most 3. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return Math.min(3, row[b.length]!);
}

/** A class that no controller serves: such an Ingress is accepted and never answers. */
export function lintIngressClass(ingress: Ingress, object: string, known: readonly string[] = KNOWN): Finding[] {
  const fromSpec = ingress.spec?.ingressClassName;
  const name = fromSpec ?? ingress.metadata.annotations?.['kubernetes.io/ingress.class'];
  if (name === undefined || known.includes(name)) return [];
  const near = known.find((candidate) => distance(name, candidate) <= 2);
  if (near === undefined) return [];
  const path = fromSpec === undefined ? 'metadata.annotations[kubernetes.io/ingress.class]' : 'spec.ingressClassName';
  return [
    {
      rule: 'class-typo',
      severity: 'error',
      object,
      path,
      message: `no controller serves the class "${name}"`,
      next: `Did you mean "${near}"?`,
    },
  ];
}
