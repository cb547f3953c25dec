import type { ResourceType } from '../../kube/resource-type.ts';
import type { Resource } from './registry/resource.ts';

/** The order in which discovery lists the groups; the ambiguity of a short name is resolved by it. Others follow by name. */
const GROUP_ORDER = [
  '',
  'apiregistration.k8s.io',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
  'flowcontrol.apiserver.k8s.io',
];

/** Every resource that the server serves. Rows of custom resources come and go while it runs. */
export class ResourceTable {
  readonly #rows = new Map<string, Resource>();
  #generation = 0;

  constructor(rows: readonly Resource[]) {
    for (const row of rows) this.#rows.set(idOf(row.type), row);
  }

  /** Grows with every change of the table. */
  get generation(): number {
    return this.#generation;
  }

  find(group: string, version: string, resource: string): Resource | undefined {
    return this.#rows.get(`${group}/${version}/${resource}`);
  }

  /** The row of a type that must exist. */
  get(type: ResourceType): Resource {
    const row = this.#rows.get(idOf(type));
    if (row === undefined) throw new Error(`The resource table has no row for ${idOf(type)}.`);
    return row;
  }

  /** The row of a kind, when it is served in this version. */
  byKind(apiVersion: string, kind: string): Resource | undefined {
    const slash = apiVersion.indexOf('/');
    const group = slash < 0 ? '' : apiVersion.slice(0, slash);
    const version = apiVersion.slice(slash + 1);
    for (const row of this.#rows.values())
      if (row.type.kind === kind && row.type.group === group && row.type.version === version) return row;
    return undefined;
  }

  all(): Resource[] {
    return [...this.#rows.values()];
  }

  /** Adds a row or replaces the one of the same type. */
  add(row: Resource): void {
    this.#rows.set(idOf(row.type), row);
    this.#generation += 1;
  }

  remove(type: ResourceType): void {
    if (this.#rows.delete(idOf(type))) this.#generation += 1;
  }

  /** Groups in the order of discovery, each with its versions, the preferred one first. */
  groups(): { group: string; versions: { version: string; rows: Resource[] }[] }[] {
    const groups = new Map<string, Map<string, Resource[]>>();
    for (const row of this.#rows.values()) {
      let versions = groups.get(row.type.group);
      if (versions === undefined) groups.set(row.type.group, (versions = new Map()));
      const rows = versions.get(row.type.version);
      if (rows === undefined) versions.set(row.type.version, [row]);
      else rows.push(row);
    }
    const rank = (group: string): number => {
      const at = GROUP_ORDER.indexOf(group);
      return at < 0 ? GROUP_ORDER.length : at;
    };
    return [...groups]
      .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
      .map(([group, versions]) => ({
        group,
        versions: [...versions].sort(([a], [b]) => compareVersions(a, b)).map(([version, rows]) => ({ version, rows })),
      }));
  }
}

function idOf(type: ResourceType): string {
  return `${type.group}/${type.version}/${type.resource}`;
}

/** Stable before beta before alpha, higher numbers first: k8s.io/apimachinery/pkg/version CompareKubeAwareVersionStrings. */
export function compareVersions(a: string, b: string): number {
  const parse = (text: string): [number, number, number] => {
    const match = text.match(/^v(\d+)(?:(alpha|beta)(\d+))?$/);
    if (match === null) return [0, 0, 0];
    return [match[2] === undefined ? 3 : match[2] === 'beta' ? 2 : 1, Number(match[1]), Number(match[3] ?? 0)];
  };
  const [left, right] = [parse(a), parse(b)];
  return right[0] - left[0] || right[1] - left[1] || right[2] - left[2] || (a < b ? -1 : a > b ? 1 : 0);
}
