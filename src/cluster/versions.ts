/** The one table of versions: what labs are run with on real clusters, and what each provider needs at least. */

/** Chart of ingress-nginx that the tutorial pins. The project has ended; see INGRESS_NGINX_NOTICE. */
export const INGRESS_NGINX_CHART = '4.8.3';
export const INGRESS_NGINX_NOTICE =
  'ingress-nginx has been retired since March 2026 and version 4.8.3 is open to CVE-2025-1974: for learning on your own machine only.';

/** Charts of Argo Rollouts: `default` for labs, `newest` for the nightly matrix. */
export const ARGO_ROLLOUTS_CHART = { default: '2.32.5', newest: '2.41.0' } as const;

/** Releases of kind with the Kubernetes version of the node image that each uses by default, oldest first. */
export const KIND_RELEASES = [
  { kind: '0.20.0', kubernetes: 'v1.27.3' },
  { kind: '0.21.0', kubernetes: 'v1.29.1' },
  { kind: '0.23.0', kubernetes: 'v1.30.0' },
  { kind: '0.24.0', kubernetes: 'v1.31.0' },
  { kind: '0.26.0', kubernetes: 'v1.32.0' },
  { kind: '0.27.0', kubernetes: 'v1.32.2' },
  { kind: '0.29.0', kubernetes: 'v1.33.1' },
  { kind: '0.30.0', kubernetes: 'v1.34.0' },
  { kind: '0.31.0', kubernetes: 'v1.35.0' },
  { kind: '0.32.0', kubernetes: 'v1.36.1' },
  { kind: '0.33.0', kubernetes: 'v1.37.0' },
] as const;

/** Images of the k3s provider; the "+" of a k3s version is a "-" in its tag. */
export const K3S_IMAGE = 'rancher/k3s:v1.36.2-k3s1';

/** What is too old to be used, per program. */
export const LOWEST = {
  kind: '0.20.0',
  minikube: '1.25.0',
  helm: '3.8.0',
  kubectl: '1.27.0',
  docker: '20.10.0',
  podman: '4.0.0',
  nerdctl: '1.0.0',
} as const;

/** From this Kubernetes version on, nodes do not start on a host with cgroup v1. */
export const CGROUP_V2_FROM = '1.35.0';

/** Tags of the sample app that the labs roll out; each is built from the same source with its tag as VERSION. */
export const SAMPLE_APP = {
  repository: 'ghcr.io/canary-lab/sample-app',
  tags: ['1.0.0', '2.0.0', '2.0.0-bad', '2.0.0-crash', '2.0.0-never-ready', '3.0.0', '3.0.0-bad', '4.0.0', '4.0.0-bad', '5.0.0'],
} as const;

/** What a lab on kind or minikube pulls, with rough download sizes in MB, for machines that must be prepared beforehand. */
export const PRELOAD_IMAGES = [
  { image: 'registry.k8s.io/ingress-nginx/controller:v1.9.4', megabytes: 105 },
  { image: 'registry.k8s.io/ingress-nginx/kube-webhook-certgen:v20231011-8b53cabe0', megabytes: 20 },
  { image: 'quay.io/argoproj/argo-rollouts:v1.6.2', megabytes: 60 },
  { image: 'quay.io/argoproj/kubectl-argo-rollouts:v1.6.2', megabytes: 60 },
  { image: 'node:24-alpine', megabytes: 55 },
] as const;

/** The node image of a kind release, or of the newest release that is not newer than `kind`. */
export function nodeImageOf(kind: string): string {
  const release = KIND_RELEASES.findLast((row) => compareVersions(row.kind, kind) <= 0) ?? KIND_RELEASES[0];
  return `kindest/node:${release.kubernetes}`;
}

/** Below 0, 0 or above 0 as `a` is older than, as old as or newer than `b`. A leading "v" and what follows "-" or "+" do not count. */
export function compareVersions(a: string, b: string): number {
  const numbers = (text: string): number[] => text.replace(/^v/, '').split(/[-+]/)[0]!.split('.').map(Number);
  const [left, right] = [numbers(a), numbers(b)];
  for (let index = 0; index < 3; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The first version number in a program's output, as `1.2.3`. */
export function versionIn(output: string): string | undefined {
  return output.match(/\bv?(\d+\.\d+\.\d+)\b/)?.[1];
}
