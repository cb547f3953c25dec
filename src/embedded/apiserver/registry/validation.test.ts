import { describe, expect, it } from 'vitest';
import type { AnyObject } from '../../../kube/object.ts';
import { builtInResources } from './built-in-resources.ts';
import { labelErrors, validateMetadata } from './metadata-validation.ts';
import type { Resource } from './resource.ts';

const resources = builtInResources();
const rowOf = (kind: string): Resource<AnyObject> => resources.find(({ type }) => type.kind === kind) as unknown as Resource<AnyObject>;
const texts = (errors: readonly { field: string; message: string }[]): string[] =>
  errors.map((error) => `${error.field}: ${error.message}`);

function problems(kind: string, body: object, old?: object): string[] {
  const row = rowOf(kind);
  const [object, before] = [body, old].map((item) => {
    const copy = { metadata: { name: 'x' }, ...structuredClone(item ?? {}) } as AnyObject;
    row.default?.(copy);
    return copy;
  }) as [AnyObject, AnyObject];
  return texts(old === undefined ? (row.validate?.(object) ?? []) : (row.validateUpdate?.(object, before) ?? []));
}

const metadataProblems = (kind: string, metadata: object): string[] => texts(validateMetadata(rowOf(kind), { metadata } as AnyObject));
const container = { name: 'c', image: 'i' };
const workload = (patch: object = {}, podSpec: object = {}): object => ({
  spec: {
    selector: { matchLabels: { a: 'b' } },
    template: { metadata: { labels: { a: 'b' } }, spec: { containers: [container], ...podSpec } },
    ...patch,
  },
});
const backend = { service: { name: 's', port: { number: 80 } } };
const ingressPath = (path: object): object => ({
  spec: { rules: [{ http: { paths: [{ pathType: 'Prefix', path: '/', backend, ...path }] } }] },
});

describe('validateMetadata', () => {
  it.each([
    ['ConfigMap', 'a.b-c'],
    ['Service', 'web'],
    ['Namespace', '1-a'],
    ['ClusterRole', 'system:node:x'],
  ])('accepts a %s named %s', (kind, name) => {
    expect(metadataProblems(kind, { name })).toEqual([]);
  });

  it.each([
    ['ConfigMap', 'A_b', 'a lowercase RFC 1123 subdomain must consist of'],
    ['Service', '1web', 'a DNS-1035 label must consist of'],
    ['Namespace', 'a.b', 'a lowercase RFC 1123 label must consist of'],
    ['ClusterRole', 'a/b', "may not contain '/'"],
    ['ConfigMap', 'x'.repeat(254), 'must be no more than 253 bytes'],
  ])('refuses a %s named %s', (kind, name, text) => {
    expect(metadataProblems(kind, { name }).join()).toContain(`metadata.name: Invalid value: "${name}": ${text}`);
  });

  it('needs a name', () => {
    expect(metadataProblems('ConfigMap', {})).toEqual(['metadata.name: Required value: name or generateName is required']);
  });
  it('takes a generated name whose prefix ends in a dash', () => {
    expect(metadataProblems('ConfigMap', { generateName: 'gn-', name: 'gn-bcdfg' })).toEqual([]);
  });

  it.each([
    [{ 'a b': 'c' }, '"a b"'],
    [{ a: 'b c' }, '"b c"'],
    [{ 'A_B/c': 'd' }, '"A_B/c": prefix part'],
    [{ a: 'x'.repeat(64) }, 'must be no more than 63 bytes'],
  ])('refuses the labels %j', (labels, text) => {
    expect(texts(labelErrors(labels as Record<string, string>, 'metadata.labels')).join()).toContain(text);
  });

  it('refuses annotations of more than 256 KiB', () => {
    expect(metadataProblems('ConfigMap', { name: 'a', annotations: { a: 'x'.repeat(262_144) } })).toEqual([
      'metadata.annotations: Too long: may not be more than 262144 bytes',
    ]);
  });
});

describe('validation', () => {
  it.each<[string, string, object, string]>([
    ['Deployment', 'without a selector', workload({ selector: undefined }), 'spec.selector: Required value'],
    [
      'Deployment',
      'whose selector does not match',
      workload({ selector: { matchLabels: { z: '1' } } }),
      'spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`',
    ],
    [
      'Deployment',
      'with an empty selector',
      workload({ selector: {} }),
      'spec.selector: Invalid value: {}: empty selector is invalid for deployment',
    ],
    ['Deployment', 'without containers', workload({}, { containers: [] }), 'spec.template.spec.containers: Required value'],
    [
      'Deployment',
      'without an image',
      workload({}, { containers: [{ name: 'c' }] }),
      'spec.template.spec.containers[0].image: Required value',
    ],
    [
      'Deployment',
      'that never restarts',
      workload({}, { restartPolicy: 'Never' }),
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
    ],
    [
      'Deployment',
      'with a container name twice',
      workload({}, { containers: [container, container] }),
      'spec.template.spec.containers[1].name: Duplicate value: "c"',
    ],
    [
      'Deployment',
      'that mounts no volume of its own',
      workload({}, { containers: [{ ...container, volumeMounts: [{ name: 'v', mountPath: '/v' }] }] }),
      'spec.template.spec.containers[0].volumeMounts[0].name: Not found: "v"',
    ],
    [
      'Deployment',
      'with negative replicas',
      workload({ replicas: -1 }),
      'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    ],
    ['ReplicaSet', 'without a selector', workload({ selector: undefined }), 'spec.selector: Required value'],
    [
      'Pod',
      'of an unknown restart policy',
      { spec: { containers: [container], restartPolicy: 'Maybe' } },
      'spec.restartPolicy: Unsupported value: "Maybe": supported values: "Always", "OnFailure", "Never"',
    ],
    ['Ingress', 'without rules', { spec: {} }, 'spec: Invalid value: {}: either `defaultBackend` or `rules` must be specified'],
    [
      'Ingress',
      'without a path type',
      ingressPath({ pathType: undefined }),
      'spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified',
    ],
    [
      'Ingress',
      'with a relative path',
      ingressPath({ path: 'x' }),
      'spec.rules[0].http.paths[0].path: Invalid value: "x": must be an absolute path',
    ],
    [
      'Ingress',
      'without a port',
      ingressPath({ backend: { service: { name: 's' } } }),
      'spec.rules[0].http.paths[0].backend: Required value: port name or number is required',
    ],
    ['IngressClass', 'without a controller', { spec: {} }, 'spec.controller: Required value'],
    [
      'ConfigMap',
      'with a bad key',
      { data: { 'a b': '' } },
      "data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    ],
    ['Secret', 'of type TLS without a key', { type: 'kubernetes.io/tls', data: { 'tls.crt': '' } }, 'data[tls.key]: Required value'],
    [
      'Event',
      'about another namespace',
      { metadata: { name: 'e', namespace: 'n' }, involvedObject: { namespace: 'm' } },
      'involvedObject.namespace: Invalid value: "m": does not match event.namespace',
    ],
    ['Clock', 'that runs backwards', { spec: { rate: -1 } }, 'spec.rate: Invalid value: -1: must be greater than or equal to 0'],
  ])('refuses a %s %s', (kind, _, body, text) => {
    expect(problems(kind, body)).toEqual([text]);
  });

  it.each<[string, object]>([
    ['Deployment', workload()],
    ['Ingress', ingressPath({})],
    ['Ingress', { spec: { defaultBackend: backend } }],
    ['Clock', { spec: { rate: 0, advanceTo: '2026-01-01T00:00:00Z' } }],
    [
      'Pod',
      {
        spec: {
          containers: [{ ...container, ports: [{ containerPort: 80, name: 'http' }], volumeMounts: [{ name: 'v', mountPath: '/v' }] }],
          volumes: [{ name: 'v' }],
        },
      },
    ],
  ])('accepts a sound %s %#', (kind, body) => {
    expect(problems(kind, body)).toEqual([]);
  });

  it.each<[string, object, object, string]>([
    [
      'Deployment',
      workload(),
      workload({ selector: { matchLabels: { c: 'd' } } }),
      'spec.selector: Invalid value: {"matchLabels":{"a":"b"}}: field is immutable',
    ],
    [
      'ConfigMap',
      { immutable: true, data: { a: '2' } },
      { immutable: true, data: { a: '1' } },
      'data: Forbidden: field is immutable when `immutable` is set',
    ],
    ['Secret', { type: 'b' }, { type: 'a' }, 'type: Invalid value: "b": field is immutable'],
    [
      'RoleBinding',
      { roleRef: { kind: 'Role', name: 'b' } },
      { roleRef: { kind: 'Role', name: 'a' } },
      'roleRef: Invalid value: {"kind":"Role","name":"b","apiGroup":"rbac.authorization.k8s.io"}: cannot change roleRef',
    ],
    [
      'Pod',
      { spec: { containers: [{ ...container, resources: { limits: { memory: '256Mi' } } }] } },
      { spec: { containers: [{ ...container, resources: { limits: { memory: '128Mi' } } }] } },
      'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
    ],
  ])('keeps what a %s may not change', (kind, body, old, text) => {
    expect(problems(kind, body, old)).toEqual([text]);
  });
});
