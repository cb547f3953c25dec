/**
 * Rewrites `src/embedded/apiserver/protobuf/field-numbers.ts` from the sources of k8s.io/api and k8s.io/apimachinery, as
 * Debian's packages golang-k8s-api-dev and golang-k8s-apimachinery-dev carry them (Apache-2.0). Numbers and types come from
 * the `generated.proto` files; which fields are pointers or inlined, from the tags in the Go files beside them.
 * Run: node bin/launch.js scripts/update-protobuf.ts FOLDER, where FOLDER holds `api/` and `apimachinery/`.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Kinds that Go clients send as protobuf (design of the request map), by group and version folder. */
const ROOTS: Record<string, string[]> = {
  'core/v1': [
    'ConfigMap',
    'Secret',
    'Namespace',
    'ServiceAccount',
    'Service',
    'Pod',
    'Event',
    'Endpoints',
    'Binding',
    'PersistentVolumeClaim',
    'PersistentVolume',
    'Node',
    'LimitRange',
    'ResourceQuota',
    'PodTemplate',
  ],
  'apps/v1': ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'ControllerRevision'],
  'batch/v1': ['Job', 'CronJob'],
  'networking/v1': ['Ingress', 'IngressClass', 'NetworkPolicy'],
  'discovery/v1': ['EndpointSlice'],
  'rbac/v1': ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'],
  'policy/v1': ['PodDisruptionBudget', 'Eviction'],
  'scheduling/v1': ['PriorityClass'],
  'storage/v1': ['StorageClass'],
  'autoscaling/v1': ['Scale', 'HorizontalPodAutoscaler'],
  'autoscaling/v2': ['HorizontalPodAutoscaler'],
  'coordination/v1': ['Lease'],
  'events/v1': ['Event'],
  'admissionregistration/v1': ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'],
  'authentication/v1': ['TokenRequest', 'TokenReview', 'SelfSubjectReview'],
  'authorization/v1': ['SubjectAccessReview', 'SelfSubjectAccessReview', 'SelfSubjectRulesReview', 'LocalSubjectAccessReview'],
  'meta/v1': ['DeleteOptions'],
};
const GROUPS: Record<string, string> = {
  core: '',
  rbac: 'rbac.authorization.k8s.io',
  networking: 'networking.k8s.io',
  discovery: 'discovery.k8s.io',
  scheduling: 'scheduling.k8s.io',
  storage: 'storage.k8s.io',
  meta: 'meta.k8s.io',
  coordination: 'coordination.k8s.io',
  events: 'events.k8s.io',
  admissionregistration: 'admissionregistration.k8s.io',
  authentication: 'authentication.k8s.io',
  authorization: 'authorization.k8s.io',
};
/** Messages with a JSON form of their own; the decoder knows them. */
const SPECIAL = new Set([
  'meta/v1.Time',
  'meta/v1.MicroTime',
  'meta/v1.FieldsV1',
  'meta/v1.Duration',
  'resource.Quantity',
  'intstr.IntOrString',
  'runtime.RawExtension',
  'authentication/v1.ExtraValue',
  'authorization/v1.ExtraValue',
  'meta/v1.Verbs',
]);

interface Member {
  number: number;
  label: string;
  type: string;
}
interface Tag {
  json: string;
  isPointer: boolean;
  omitsEmpty: boolean;
  isInline: boolean;
}

const source = process.argv[2];
if (source === undefined) throw new Error('Name the folder that holds api/ and apimachinery/.');

/** `core/v1` → the folder of its sources. */
function folderOf(pack: string): string {
  if (pack === 'meta/v1') return path.join(source!, 'apimachinery/pkg/apis/meta/v1');
  if (pack === 'resource') return path.join(source!, 'apimachinery/pkg/api/resource');
  if (pack === 'intstr') return path.join(source!, 'apimachinery/pkg/util/intstr');
  if (pack === 'runtime') return path.join(source!, 'apimachinery/pkg/runtime');
  return path.join(source!, 'api', pack);
}

/** `.k8s.io.apimachinery.pkg.apis.meta.v1.Time` → `meta/v1.Time`; a bare name belongs to `pack`. */
function qualified(type: string, pack: string): string {
  if (!type.includes('.')) return `${pack}.${type}`;
  const parts = type.replace(/^\./, '').split('.');
  const name = parts.pop()!;
  const version = /^v\d/.test(parts.at(-1)!) ? parts.pop() : undefined;
  return `${parts.pop()}${version === undefined ? '' : `/${version}`}.${name}`;
}

const SCALARS = new Set(['string', 'bytes', 'int32', 'int64', 'bool', 'double']);

async function readPackage(pack: string): Promise<{ messages: Map<string, Member[]>; tags: Map<string, Map<number, Tag>> }> {
  const folder = folderOf(pack);
  const proto = (await readFile(path.join(folder, 'generated.proto'), 'utf8')).replace(/\/\/.*$/gm, '');
  const messages = new Map<string, Member[]>();
  for (const [, name, body] of proto.matchAll(/^message (\w+) \{([\s\S]*?)^\}/gm)) {
    const members: Member[] = [];
    for (const [, label, type, number] of body!.matchAll(
      /^\s*(optional|repeated|required)?\s*(map<\s*\w+,\s*[\w.]+\s*>|[\w.]+)\s+\w+\s*=\s*(\d+);/gm,
    )) {
      const map = type!.match(/^map<\s*\w+,\s*([\w.]+)\s*>$/)?.[1];
      const plain = map ?? type!;
      members.push({
        number: Number(number),
        label: map !== undefined ? 'map' : (label ?? 'optional'),
        type: SCALARS.has(plain) ? plain : qualified(plain, pack),
      });
    }
    messages.set(name!, members);
  }
  const tags = new Map<string, Map<number, Tag>>();
  for (const file of (await readdir(folder)).filter(
    (name) => name.endsWith('.go') && !name.includes('_test') && !name.startsWith('zz_') && !name.startsWith('generated'),
  )) {
    const go = await readFile(path.join(folder, file), 'utf8');
    for (const [, name, body] of go.matchAll(/^type (\w+) struct \{([\s\S]*?)^\}/gm)) {
      const fields = new Map<number, Tag>();
      for (const [, type, json, number] of body!.matchAll(
        /^\s*(?:\w+[ \t]+)?([*\w.[\]]+)[ \t]+`json:"([^"]*)"[^`]*protobuf:"\w+,(\d+),/gm,
      )) {
        const [jsonName = '', ...options] = json!.split(',');
        fields.set(Number(number), {
          json: jsonName,
          isPointer: type!.startsWith('*'),
          omitsEmpty: options.includes('omitempty'),
          isInline: options.includes('inline'),
        });
      }
      tags.set(name!, fields);
    }
  }
  return { messages, tags };
}

const packages = new Map<string, Awaited<ReturnType<typeof readPackage>>>();
const rows = new Map<string, string>();
const queue = Object.entries(ROOTS).flatMap(([pack, kinds]) => kinds.map((kind) => `${pack}.${kind}`));
for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
  if (rows.has(id) || SPECIAL.has(id)) continue;
  const [pack, name] = [id.slice(0, id.lastIndexOf('.')), id.slice(id.lastIndexOf('.') + 1)];
  let found = packages.get(pack);
  if (found === undefined) packages.set(pack, (found = await readPackage(pack)));
  const members = found.messages.get(name);
  if (members === undefined) throw new Error(`No message "${id}".`);
  const fields = members.map(({ number, label, type }) => {
    const tag = found.tags.get(name)?.get(number);
    if (tag === undefined) throw new Error(`No Go field for ${id} number ${number}.`);
    if (!SCALARS.has(type)) queue.push(type);
    const shape = label === 'repeated' ? `[]${type}` : label === 'map' ? `map[${type}]` : type;
    // Go writes every scalar that is no pointer, also when empty: a zero there means "not set" wherever JSON would leave it out.
    const mark = tag.isInline ? '~' : tag.isPointer || !tag.omitsEmpty ? '' : '?';
    return `${number}: '${tag.json} ${shape}${mark}'`;
  });
  rows.set(id, `  '${id}': { ${fields.join(', ')} },`);
}

const kinds = Object.entries(ROOTS).flatMap(([pack, names]) =>
  names.map((kind) => {
    const [folder, version] = pack.split('/');
    const group = GROUPS[folder!] ?? folder!;
    return `  '${group === '' ? version : `${group}/${version}`} ${kind}': '${pack}.${kind}',`;
  }),
);
await writeFile(
  'src/embedded/apiserver/protobuf/field-numbers.ts',
  `// Generated by scripts/update-protobuf.ts from the generated.proto and Go files of k8s.io/api and k8s.io/apimachinery (Apache-2.0, see NOTICE). Do not edit.

/** The message of each kind that clients may send as protobuf, by \`apiVersion kind\`. */
export const protobufKinds: Readonly<Record<string, string>> = {
${kinds.join('\n')}
};

/**
 * Fields of each message by number: \`jsonName type\`. Types are scalars or other messages, \`[]type\` or \`map[type]\` with string
 * keys. \`?\`: a zero value means the field is not set. \`~\`: the message's fields stand in the parent's JSON object.
 */
export const protobufMessages: Readonly<Record<string, Readonly<Record<number, string>>>> = {
${[...rows]
  .sort(([a], [b]) => a.localeCompare(b))
  .map(([, row]) => row)
  .join('\n')}
};
`,
);
