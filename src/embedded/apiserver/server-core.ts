import type { Activity } from '../../base/activity.ts';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import type { Store } from '../store/store.ts';
import type { Admission } from './admission/admission.ts';
import type { FieldSetPool } from './apply/field-set-pool.ts';
import type { ServiceAccountTokens } from './authentication/service-account-tokens.ts';
import type { RbacAuthorizer } from './authorization/rbac-authorizer.ts';
import type { Dialer, NodeAgent } from './node-agent.ts';
import type { ResourceTable } from './resource-table.ts';

/** Service addresses of the cluster; `cluster.ts` supplies them from its network. */
export interface ServiceAddresses {
  /** Takes a free address of the Service range, or exactly `wanted`; throws when that one is taken. */
  allocateServiceIp(wanted?: string): string;
  releaseServiceIp(ip: string): void;
}

/** What the verbs work with. One per server. */
export interface ServerCore {
  readonly store: Store;
  readonly table: ResourceTable;
  /** The cluster's time: everything that objects show. */
  readonly clock: Clock;
  /** The machine's time: sockets, certificates, tokens. */
  readonly hostClock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly activity: Activity;
  readonly addresses: ServiceAddresses;
  readonly dialer: Dialer;
  readonly nodeAgent: NodeAgent;
  readonly rbac: RbacAuthorizer;
  readonly webhooks: Admission;
  readonly tokens: ServiceAccountTokens;
  readonly fieldSets: FieldSetPool;
  /** `v1.34.0`. */
  readonly gitVersion: string;
  /** Differs between any two servers; part of every ETag and hash. */
  readonly instanceId: string;
}
