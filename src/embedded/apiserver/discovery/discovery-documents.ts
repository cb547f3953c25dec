import { createHash } from 'node:crypto';
import type { Resource } from '../registry/resource.ts';
import type { ResourceTable } from '../resource-table.ts';
import { subresourcesOf, virtualResources } from './served-subresources.ts';

const ALL_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** One resource or subresource as discovery tells of it. */
interface Served {
  name: string;
  singular: string;
  namespaced: boolean;
  kind: string;
  verbs: readonly string[];
  shortNames: readonly string[];
  categories: readonly string[];
  /** Only where they differ from the document's own group version. */
  group?: string;
  version?: string;
}

interface ServedVersion {
  version: string;
  served: Served[];
}
interface ServedGroup {
  group: string;
  versions: ServedVersion[];
}

/** A document with the ETag that this server gives it. */
export interface Document {
  body: Buffer;
  etag: string;
}

/** Makes and keeps the discovery documents; they are made anew when the resource table changes. */
export class DiscoveryDocuments {
  readonly #table: ResourceTable;
  readonly #instanceId: string;
  readonly #made = new Map<string, Document>();
  #generation = -1;
  #groups: ServedGroup[] = [];

  constructor(table: ResourceTable, instanceId: string) {
    this.#table = table;
    this.#instanceId = instanceId;
  }

  /** `/api` or `/apis` in aggregated form. */
  aggregated(root: 'api' | 'apis'): Document {
    return this.#document(`aggregated/${root}`, () => ({
      kind: 'APIGroupDiscoveryList',
      apiVersion: 'apidiscovery.k8s.io/v2',
      metadata: {},
      items: this.#groups
        .filter(({ group }) => (group === '') === (root === 'api'))
        .map(({ group, versions }) => ({
          metadata: group === '' ? {} : { name: group },
          versions: versions.map(({ version, served }) => ({
            version,
            freshness: 'Current',
            resources: aggregatedResources(group, version, served),
          })),
        })),
    }));
  }

  /** `/api` in the old form. */
  legacyCore(serverAddress: string): Document {
    return this.#document('legacy/api', () => ({
      kind: 'APIVersions',
      versions: this.#groups.find(({ group }) => group === '')?.versions.map(({ version }) => version) ?? [],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
    }));
  }

  legacyGroups(): Document {
    return this.#document('legacy/apis', () => ({
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: this.#groups.filter(({ group }) => group !== '').map(legacyGroup),
    }));
  }

  legacyGroup(name: string): Document | undefined {
    const group = this.#current().find((candidate) => candidate.group === name && name !== '');
    return group === undefined
      ? undefined
      : this.#document(`legacy/apis/${name}`, () => ({ kind: 'APIGroup', apiVersion: 'v1', ...legacyGroup(group) }));
  }

  legacyVersion(groupName: string, version: string): Document | undefined {
    const found = this.#current()
      .find(({ group }) => group === groupName)
      ?.versions.find((candidate) => candidate.version === version);
    if (found === undefined) return undefined;
    return this.#document(`legacy/${groupName}/${version}`, () => ({
      kind: 'APIResourceList',
      ...(groupName === '' ? {} : { apiVersion: 'v1' }),
      groupVersion: groupName === '' ? version : `${groupName}/${version}`,
      resources: found.served.map(({ name, singular, namespaced, group, version: kindVersion, kind, verbs, shortNames, categories }) => ({
        name,
        singularName: singular,
        namespaced,
        ...(group === undefined ? {} : { group }),
        ...(kindVersion === undefined ? {} : { version: kindVersion }),
        kind,
        verbs,
        ...(shortNames.length > 0 ? { shortNames } : {}),
        ...(categories.length > 0 ? { categories } : {}),
      })),
    }));
  }

  /** Whether any resource of the group is served. */
  hasGroup(name: string): boolean {
    return this.#current().some(({ group }) => group === name);
  }

  #current(): ServedGroup[] {
    if (this.#generation !== this.#table.generation) {
      this.#generation = this.#table.generation;
      this.#made.clear();
      this.#groups = servedGroups(this.#table);
    }
    return this.#groups;
  }

  #document(id: string, make: () => object): Document {
    this.#current();
    let document = this.#made.get(id);
    if (document === undefined) {
      const body = Buffer.from(`${JSON.stringify(make())}\n`);
      const hash = createHash('sha256').update(this.#instanceId).update(body).digest('hex').slice(0, 40).toUpperCase();
      this.#made.set(id, (document = { body, etag: `"${hash}"` }));
    }
    return document;
  }
}

function servedGroups(table: ResourceTable): ServedGroup[] {
  const groups = table.groups().map(({ group, versions }) => ({
    group,
    versions: versions.map(({ version, rows }) => ({ version, served: rows.flatMap(servedBy) })),
  }));
  for (const { group, version, ...served } of virtualResources) {
    let target = groups.find((candidate) => candidate.group === group);
    if (target === undefined) groups.splice(group.startsWith('auth') ? 3 : groups.length, 0, (target = { group, versions: [] }));
    let inVersion = target.versions.find((candidate) => candidate.version === version);
    if (inVersion === undefined) target.versions.push((inVersion = { version, served: [] }));
    inVersion.served.push({ ...served, verbs: ['create'], shortNames: [], categories: [] });
  }
  for (const { versions } of groups) for (const { served } of versions) served.sort((a, b) => (a.name < b.name ? -1 : 1));
  return groups;
}

function servedBy(row: Resource): Served[] {
  const { type, singular, shortNames, categories } = row;
  const main: Served = {
    name: type.resource,
    singular,
    namespaced: type.namespaced,
    kind: type.kind,
    verbs: row.verbs ?? ALL_VERBS,
    shortNames,
    categories,
  };
  return [
    main,
    ...subresourcesOf(row).map(
      ({ name, kind, verbs, group, version }): Served => ({
        name: `${type.resource}/${name}`,
        singular: '',
        namespaced: type.namespaced,
        kind: kind ?? type.kind,
        verbs,
        shortNames: [],
        categories: [],
        ...(group === undefined ? {} : { group }),
        ...(version === undefined ? {} : { version }),
      }),
    ),
  ];
}

function aggregatedResources(group: string, version: string, served: readonly Served[]): object[] {
  return served
    .filter(({ name }) => !name.includes('/'))
    .map((main) => {
      const subresources = served
        .filter(({ name }) => name.startsWith(`${main.name}/`))
        .map((sub) => ({
          subresource: sub.name.slice(main.name.length + 1),
          responseKind: { group: sub.group ?? group, version: sub.version ?? version, kind: sub.kind },
          verbs: sub.verbs,
        }));
      return {
        resource: main.name,
        responseKind: { group, version, kind: main.kind },
        scope: main.namespaced ? 'Namespaced' : 'Cluster',
        singularResource: main.singular,
        verbs: main.verbs,
        ...(main.shortNames.length > 0 ? { shortNames: main.shortNames } : {}),
        ...(main.categories.length > 0 ? { categories: main.categories } : {}),
        ...(subresources.length > 0 ? { subresources } : {}),
      };
    });
}

function legacyGroup({ group, versions }: ServedGroup): object {
  const named = versions.map(({ version }) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: named, preferredVersion: named[0] };
}
