import { createArgoRolloutsProgram } from './images/argo-rollouts.ts';
import { createCertgenProgram } from './images/certgen.ts';
import type { ImageProgram } from './images/image-program.ts';
import { createIngressNginxProgram } from './images/ingress-nginx.ts';
import { createPrometheusProgram } from './images/prometheus.ts';
import { createSampleAppProgram } from './images/sample-app.ts';

/** The images whose programs we know, by repository. Every other image runs the stand-in or, for a few, the utilities. */
export function builtInPrograms(): Record<string, ImageProgram> {
  return {
    'registry.k8s.io/ingress-nginx/controller': createIngressNginxProgram(),
    'registry.k8s.io/ingress-nginx/kube-webhook-certgen': createCertgenProgram(),
    'quay.io/argoproj/argo-rollouts': createArgoRolloutsProgram(),
    'quay.io/prometheus/prometheus': createPrometheusProgram(),
    'ghcr.io/canary-lab/sample-app': createSampleAppProgram(),
  };
}
