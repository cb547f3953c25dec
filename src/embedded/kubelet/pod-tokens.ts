import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Pod, ServiceAccountTokenProjection } from '../../kube/generated/types.ts';
import type { KubeletDeps } from './kubelet-deps.ts';

const DEFAULT_SECONDS = 3600;
const DAY_MS = 86_400_000;
/** The share of a token's life after which the next one is asked for. */
const USED_SHARE = 0.8;
/** How long a renewal that failed waits: upstream asks again with the next pass over the Pod, about a minute later. */
const RETRY_MS = 60_000;

/** How long after its issue a token is renewed, in ms of host time: kubernetes/pkg/kubelet/token requiresRefresh. */
export function renewalDelayMs(expirationSeconds: number): number {
  return Math.min(expirationSeconds * 1000 * USED_SHARE, DAY_MS);
}

interface Held {
  token: string;
  /** Host time from which a reader gets a new one. */
  renewAtMs: number;
}

/**
 * The ServiceAccount tokens in the projected volumes of one Pod. A reader always finds one with at least a fifth of its life left, as
 * when it were renewed on time; but it is signed only for those who read, as most Pods of a cluster never do. Their life is host time,
 * as is the API server's view of it.
 */
export class PodTokens {
  readonly #pod: Pod;
  readonly #deps: Pick<KubeletDeps, 'issueToken' | 'tokenProblem' | 'log'> & { hostClock: Clock };
  #held: Map<string, Held> | undefined;

  constructor(pod: Pod, deps: Pick<KubeletDeps, 'issueToken' | 'tokenProblem' | 'log'> & { hostClock: Clock }) {
    this.#pod = pod;
    this.#deps = deps;
  }

  /** The token of a projection; a token that cannot be renewed stays until it can. `undefined` when none can be issued. */
  of(projection: Pick<ServiceAccountTokenProjection, 'audience' | 'expirationSeconds'>): string | undefined {
    const { audience, expirationSeconds = DEFAULT_SECONDS } = projection;
    const key = JSON.stringify([audience ?? '', expirationSeconds]);
    const nowMs = this.#deps.hostClock.nowMs();
    const before = this.#held?.get(key);
    if (before !== undefined && nowMs < before.renewAtMs) return before.token;
    this.#held ??= new Map();
    try {
      const token = this.#deps.issueToken(this.#account, this.#pod, { audience, expirationSeconds });
      this.#held.set(key, { token, renewAtMs: nowMs + renewalDelayMs(expirationSeconds) });
      return token;
    } catch (error) {
      this.#deps.log.warn(`pod ${this.#pod.metadata.name}: cannot issue a token: ${messageOf(error)}`);
      if (before !== undefined) before.renewAtMs = nowMs + RETRY_MS;
      return before?.token;
    }
  }

  /** Why no volume with a token can be set up, in the kubelet's words. Nothing is signed for the answer. */
  problem(): { missing: string } | undefined {
    const problem = this.#deps.tokenProblem(this.#account);
    return problem === undefined ? undefined : { missing: `failed to fetch token: ${problem}` };
  }

  get #account(): { namespace: string; name: string } {
    const { metadata, spec } = this.#pod;
    return { namespace: metadata.namespace ?? 'default', name: spec.serviceAccountName ?? 'default' };
  }
}
