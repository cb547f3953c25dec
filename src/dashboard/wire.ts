/**
 * What server and page say to each other: JSON as Argo Rollouts' dashboard speaks it (proto3: a zero value is absent), and below `lab/v1` what only ours
 * offers. The page must live without the latter, since it may meet upstream's server.
 */

export interface WireMeta {
  name: string;
  namespace?: string;
  uid?: string;
  generation?: number;
  creationTimestamp?: string;
  resourceVersion?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

export interface WirePod {
  objectMeta: WireMeta;
  status?: string;
  icon?: string;
  ready?: string;
  restarts?: number;
}

export interface WireReplicaSet {
  objectMeta: WireMeta;
  status?: string;
  icon?: string;
  revision?: number;
  replicas?: number;
  available?: number;
  stable?: boolean;
  canary?: boolean;
  active?: boolean;
  preview?: boolean;
  ping?: boolean;
  pong?: boolean;
  template?: string;
  images?: string[];
  initContainerImages?: string[];
  /** RFC 3339. */
  scaleDownDeadline?: string;
  pods?: WirePod[];
}

export interface WireMeasurement {
  value?: string;
  status?: string;
  metricName?: string;
  startedAt?: string;
}
export interface WireJob {
  name?: string;
  status?: string;
  icon?: string;
  metricName?: string;
  startedAt?: string;
}
export interface WireMetric {
  name: string;
  successCondition?: string;
  failureCondition?: string;
  count?: number;
  inconclusiveLimit?: number;
  failureLimit?: number;
}

export interface WireAnalysisRun {
  objectMeta: WireMeta;
  icon?: string;
  revision?: number;
  status?: string;
  message?: string;
  successful?: number;
  failed?: number;
  inconclusive?: number;
  error?: number;
  jobs?: WireJob[];
  nonJobInfo?: WireMeasurement[];
  metrics?: WireMetric[];
  specAndStatus?: { spec?: unknown; status?: unknown };
}

export interface WireExperiment {
  objectMeta: WireMeta;
  icon?: string;
  revision?: number;
  status?: string;
  message?: string;
  replicaSets?: WireReplicaSet[];
  analysisRuns?: WireAnalysisRun[];
}
export interface WireContainer {
  name: string;
  image?: string;
}

/** One key per step, as in the Rollout. */
export interface WireStep {
  setWeight?: number;
  pause?: { duration?: string | number } | null;
  analysis?: unknown;
  experiment?: unknown;
  setCanaryScale?: { weight?: number; replicas?: number; matchTrafficWeight?: boolean };
  setHeaderRoute?: { name: string; match?: unknown[] };
  setMirrorRoute?: { name: string; match?: unknown[] };
  plugin?: { name: string };
}

export interface WireRollout {
  objectMeta: WireMeta;
  status?: string;
  message?: string;
  icon?: string;
  strategy?: string;
  /** `1/8`. */
  step?: string;
  setWeight?: string;
  actualWeight?: string;
  ready?: number;
  current?: number;
  desired?: number;
  updated?: number;
  available?: number;
  /** RFC 3339, or `Never`. */
  restartedAt?: string;
  generation?: string;
  replicaSets?: WireReplicaSet[];
  experiments?: WireExperiment[];
  analysisRuns?: WireAnalysisRun[];
  containers?: WireContainer[];
  initContainers?: WireContainer[];
  steps?: WireStep[];
}

export interface WireRolloutList {
  rollouts?: WireRollout[];
}
export interface WireNamespaces {
  namespace?: string;
  availableNamespaces?: string[];
}
export interface WireVersion {
  rolloutsVersion: string;
}
/** One line of `/rollouts/{namespace}/info/watch`. */
export interface WireListEvent {
  result: { type: 'Updated' | 'Deleted'; rolloutInfo: WireRollout };
}
/** One line of `/rollouts/{namespace}/{name}/info/watch`. */
export interface WireRolloutEvent {
  result: WireRollout;
}
/** `code` is gRPC's. */
export interface WireError {
  code: number;
  message: string;
}

// From here on: ours alone.

/** The header that a mutation carries, with the content of the page's `<meta name="dashboard-token">`. */
export const TOKEN_HEADER = 'x-dashboard-token';

export interface WireSettings {
  readOnly: boolean;
  context: string;
  hasLab: boolean;
}

export interface WireCondition {
  type: string;
  status: string;
  reason: string;
  message: string;
  at: string;
}
export interface WireEvent {
  type: string;
  reason: string;
  message: string;
  count: number;
  at: string;
  on: string;
}

/** What the controller waits for, as a code that the page puts into words. */
export type WireWaiting =
  | {
      code:
        | 'nothing'
        | 'promotion'
        | 'unpause'
        | 'paused-by-hand'
        | 'observation'
        | 'analysis'
        | 'inconclusive'
        | 'experiment'
        | 'restart'
        | 'full-promotion'
        | 'steps'
        | 'old-pods'
        | 'invalid'
        | 'unknown';
    }
  | { code: 'pause-timer'; untilMs: number }
  | { code: 'pods'; available: number; wanted: number }
  | { code: 'aborted' | 'deadline'; message: string };

/** What the page shows of a Rollout and upstream's shapes have no place for; one per second and per change. */
export interface WireInsight {
  /** The cluster's time when this was written, and how many cluster seconds a host second has. */
  nowMs: number;
  rate: number;
  /** What the 100 % of weights are. */
  maxWeight: number;
  waiting: WireWaiting;
  /** Start and end of the pause that runs now, in cluster time. */
  pause?: { startMs: number; endMs: number } | undefined;
  stableHash: string;
  currentHash: string;
  conditions: WireCondition[];
  events: WireEvent[];
  /** The user may not list Events. */
  eventsForbidden?: true | undefined;
  /** The cluster does not answer now: everything here is what it said last. */
  clusterAway?: true | undefined;
}

/** One second of measured traffic. */
export interface WireTrafficSample {
  /** Host time at the end of the second, ms. */
  atMs: number;
  /** Answers by Pod template hash; `?` where the answer did not tell. */
  byHash: Record<string, number>;
  /** Answers by status code; `error` where none came. */
  byStatus: Record<string, number>;
  failures: number;
  /** 95th percentile of the answer times, ms. */
  p95Ms: number;
  /** Weight of the canary as the controller reports it, in percent, and its hash. */
  wantedPercent: number;
  canaryHash: string;
  stableHash: string;
}

export type WireTraffic =
  | { state: 'measured'; url: string; ratePerSecond: number; samples: WireTrafficSample[] }
  | { state: 'unavailable'; why: 'no-address' | 'no-ingress' | 'not-local' | 'off' };

/** A text in every language that the labs speak. */
export interface WireText {
  en: string;
  ko: string;
}
export interface WireLabCheck {
  id: string;
  title: WireText;
  outcome: 'running' | 'pass' | 'fail' | 'skip';
  expected?: string;
  observed?: string;
}
export interface WireLabStep {
  id: string;
  title: WireText;
  say?: WireText;
  /** What the lab said on the way: reasons, notes and hints. */
  notes?: WireText[] | undefined;
  outcome: 'waiting' | 'running' | 'pass' | 'fail' | 'skip';
  commands: string[];
  checks: WireLabCheck[];
}
/** The lesson beside the rollout, when a lab started the dashboard. */
export interface WireLab {
  lab: string;
  title: WireText;
  summary: WireText;
  steps: WireLabStep[];
  outcome: 'running' | 'pass' | 'fail' | 'interrupted';
}

/** One message of the stream `lab/v1/live/{namespace}/{name}`: whichever part is new. */
export interface WireLive {
  insight?: WireInsight;
  traffic?: WireTraffic;
}
