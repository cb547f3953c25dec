import type { Pod } from '../../../kube/generated/types.ts';
import type { AnyObject, KubeObject, ObjectKey } from '../../../kube/object.ts';
import type { ResourceType } from '../../../kube/resource-type.ts';
import type { FieldError } from '../../../kube/status-error.ts';
import type { TypeInfo } from '../apply/type-info.ts';
import type { PodUsage } from '../node-agent.ts';

/** One column of `kubectl get`. `cell` returns null for a missing value. */
export interface Column<T extends KubeObject> {
  name: string;
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  /** `name` on the first column. */
  format?: string;
  /** 1 hides the column unless `-o wide`. */
  priority?: 0 | 1;
  description?: string;
  cell(object: T, nowMs: number): string | number | boolean | null;
}

/** What the objects of a row that stores none are made from. */
export interface ComputedFrom {
  nowMs: number;
  list<T extends KubeObject>(type: ResourceType<T>, namespace: string | undefined): T[];
  /** See `NodeAgent.usage`. */
  usage(pod: Pod): PodUsage | undefined;
}

/** What a row may use while it prepares an object. */
export interface PrepareContext {
  nowMs: number;
  /** Takes a free Service address (or exactly `wanted`). Throws an Error when it is taken. */
  allocateServiceIp(wanted?: string): string;
  /** Takes a free port of 30000-32767 (or exactly `wanted`). Throws an Error when it is taken. */
  allocateNodePort(wanted?: number): number;
  /** Reads another object of the cluster. */
  get<R extends KubeObject>(type: ResourceType<R>, key: ObjectKey): R | undefined;
  /** Every object of a cluster-scoped type. */
  list<R extends KubeObject>(type: ResourceType<R>): R[];
  uid(): string;
  suffix(length: number): string;
  dryRun: boolean;
}

/**
 * One row of the table that drives the generic registry: what is particular to a kind. Functions get a private copy of the
 * object that they may change. A CRD becomes a row of the same shape.
 */
export interface Resource<T extends KubeObject = KubeObject> {
  readonly type: ResourceType<T>;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** Row of `kube/generated/schema.ts`; absent for custom resources. */
  readonly schemaName?: string;
  /** How a body becomes an object; absent: `decodeObject(schemaName, value)` (see `decodeFor` in `schema/decode-for.ts`). */
  decode?(value: unknown): { object: AnyObject; unknownFields: string[]; typeErrors: string[] };
  /** What server-side apply and managedFields know of the type; absent: `builtInTypeInfo(schemaName)`. */
  readonly typeInfo?: TypeInfo;
  /** OpenAPI schema of the whole object, for kinds that are not in the field table. */
  readonly openApiSchema?: Readonly<Record<string, unknown>>;
  /** Set on custom resources: strategic merge patch is refused with 415, list items carry kind and apiVersion. */
  readonly custom?: boolean;
  /** Verbs in discovery; default: create delete deletecollection get list patch update watch. */
  readonly verbs?: readonly string[];
  /** Set on rows that show the objects of another row in an older or newer form: how they are stored, and shown. */
  readonly stored?: { to(object: AnyObject): AnyObject; from(object: AnyObject): AnyObject };
  /** Set on rows that store nothing: their objects are made when somebody reads them. Such a row has the verbs `get` and `list` alone. */
  computed?(from: ComputedFrom, namespace: string | undefined): T[];
  /** `status` is written through its own subresource only. */
  readonly hasStatus: boolean;
  readonly scale?: {
    /** JSON paths as in a CRD: `.spec.replicas`. */
    specReplicasPath: string;
    statusReplicasPath: string;
    labelSelectorPath?: string;
    /** The selector in string form, when it is not simply at `labelSelectorPath`. */
    selector?(object: T): string;
  };
  /** Whether `metadata.generation` is kept, bumped by changes outside metadata and status. */
  readonly hasGeneration: boolean;
  /** PUT without resourceVersion is refused. */
  readonly needsResourceVersion?: boolean;
  /** DELETE answers with the object instead of a Status. */
  readonly returnsDeleted?: boolean;
  /** Fields beyond metadata.name and metadata.namespace that field selectors may use, with their value as a string. */
  readonly selectableFields?: Readonly<Record<string, (object: T) => string>>;
  readonly columns: readonly Column<T>[];
  /** Upstream's defaulting; runs on create, update and patch, before validation. Must be idempotent. */
  default?(object: T): void;
  /** Runs once on create after defaulting: server-set fields such as addresses, phases, Job selectors. May throw StatusError. */
  prepareCreate?(object: T, ctx: PrepareContext): void;
  /** Runs on update after defaulting: keeps server-set fields that a client left out. */
  prepareUpdate?(object: T, old: T, ctx: PrepareContext): void;
  validate?(object: T): FieldError[];
  validateUpdate?(object: T, old: T): FieldError[];
  /** Status writes only. */
  validateStatus?(object: T): FieldError[];
  /** A copy whose times are `byMs` earlier: kinds whose ages clients take against their own clock. */
  earlier?(object: T, byMs: number): T;
  /** `earlier` is for the lists that kubectl reads, not for every client. */
  earlierInKubectlLists?: boolean;
  /** Called after an object is gone from the store, to give back what `prepareCreate` took. */
  afterDelete?(object: T): void;
}

/** A row among rows of other types. Sound because the registry only hands a row objects of its own type. */
export function row<T extends KubeObject>(resource: Resource<T>): Resource {
  return resource as unknown as Resource;
}
