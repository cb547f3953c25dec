import type { RunContext } from '../base/run-context.ts';
import type { LocalImage } from './local-image.ts';

export type ProviderName = 'embedded' | 'kind' | 'minikube' | 'k3s' | 'existing';

/** What a cluster offers beyond the Kubernetes API. A lab may use a capability and must survive without it. */
export interface Capabilities {
  virtualTime: boolean;
  snapshots: boolean;
  metrics: boolean;
}

/** A cluster that can be used: where its kubeconfig, its ingress and its chart repositories are. */
export interface Cluster {
  readonly provider: ProviderName;
  readonly name: string;
  /** Absolute path of a kubeconfig file (mode 0600) whose current context is this cluster, unless `context` names one. */
  readonly kubeconfig: string;
  readonly context: string | undefined;
  /** Base URL at which the ingress answers from this machine, without a trailing slash: `http://127.0.0.1:8080`. */
  readonly ingressUrl: string;
  /** Chart repository URLs by repository name: `ingress-nginx`, `argo`. */
  readonly chartRepositories: Readonly<Record<string, string>>;
  readonly kubernetesVersion: string;
  readonly capabilities: Capabilities;
  /** Deletes the cluster if this run created it; never touches one that existed before. */
  delete(): Promise<void>;
  /** The command line that ends a cluster that was kept; absent when there is nothing to end. */
  readonly endCommand?: string | undefined;
  /** Told of each command line that the run starts: `existing` learns from it what to take back. */
  observe?(argv: readonly string[]): void;
}

export type Detection = { usable: true; detail: string } | { usable: false; why: string; next: string };

export interface ClusterSpec {
  name: string;
  /** Folder for kubeconfig, logs and data: below `.canary-lab/`, mode 0700. */
  directory: string;
  seed: number;
  /** Context of a kubeconfig (provider `existing` only). */
  context?: string | undefined;
  /** The cluster, and what the run installs into it, stays when the run ends. */
  keep: boolean;
  /** Version of Kubernetes to create (`v1.34.0`), where the provider can choose. */
  kubernetes?: string | undefined;
  /** Images that are built here and loaded into the new cluster, where it cannot pull them. */
  images?: readonly LocalImage[] | undefined;
}

export interface ClusterProvider {
  readonly name: ProviderName;
  /** Whether this provider can work on this machine; never throws and starts nothing. */
  detect(ctx: RunContext): Promise<Detection>;
  /** Creates (or, for `existing`, attaches to) the cluster and waits until its API answers. Registers its undo in `ctx.cleanup`. */
  create(spec: ClusterSpec, ctx: RunContext): Promise<Cluster>;
}
