import type { Ingress, IngressBackend, IngressClass, NetworkPolicy } from '../../../kube/generated/types.ts';
import { ingressClasses, ingresses, networkPolicies } from '../../../kube/resource-type.ts';
import { type FieldError, fieldError } from '../../../kube/status-error.ts';
import { age, ageColumn, column, nameColumn } from './columns/column.ts';
import { addressCell, hostsCell, ingressPortsCell } from './columns/ingress-cells.ts';
import { selectorCell } from './columns/template-cells.ts';
import type { Resource } from './resource.ts';
import { dns1035LabelProblems, dnsSubdomainProblems } from './syntax.ts';
import { immutable } from './workload-validation.ts';

const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];
const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';

export const ingress: Resource<Ingress> = {
  type: ingresses,
  singular: 'ingress',
  shortNames: ['ing'],
  categories: [],
  schemaName: 'Ingress',
  hasStatus: true,
  hasGeneration: true,
  columns: [
    nameColumn(),
    column('Class', ({ spec, metadata }) => spec?.ingressClassName ?? metadata.annotations?.[CLASS_ANNOTATION] ?? '<none>'),
    column('Hosts', hostsCell),
    column('Address', addressCell),
    column('Ports', ingressPortsCell),
    ageColumn(),
  ],
  default(object) {
    object.spec ??= {};
    object.status ??= {};
    object.status.loadBalancer ??= {};
  },
  validate: validateIngress,
};

function validateIngress(object: Ingress): FieldError[] {
  const { rules = [], defaultBackend, ingressClassName, tls = [] } = object.spec ?? {};
  const errors: FieldError[] = [];
  if (rules.length === 0 && defaultBackend === undefined)
    errors.push(fieldError.invalid('spec', {}, 'either `defaultBackend` or `rules` must be specified'));
  if (defaultBackend !== undefined) errors.push(...backendErrors(defaultBackend, 'spec.defaultBackend'));
  if (ingressClassName !== undefined) {
    errors.push(
      ...dnsSubdomainProblems(ingressClassName).map((problem) => fieldError.invalid('spec.ingressClassName', ingressClassName, problem)),
    );
  }
  for (const [i, entry] of tls.entries())
    for (const [j, host] of (entry.hosts ?? []).entries()) errors.push(...hostErrors(host, `spec.tls[${i}].hosts[${j}]`));
  for (const [i, rule] of rules.entries()) {
    if (rule.host) errors.push(...hostErrors(rule.host, `spec.rules[${i}].host`));
    if (rule.http === undefined) continue;
    if ((rule.http.paths ?? []).length === 0) errors.push(fieldError.required(`spec.rules[${i}].http.paths`));
    for (const [j, path] of (rule.http.paths ?? []).entries()) {
      const at = `spec.rules[${i}].http.paths[${j}]`;
      if (path.pathType === undefined) errors.push(fieldError.required(`${at}.pathType`, 'pathType must be specified'));
      else if (!PATH_TYPES.includes(path.pathType)) errors.push(fieldError.notSupported(`${at}.pathType`, path.pathType, PATH_TYPES));
      else if (
        path.pathType === 'ImplementationSpecific'
          ? path.path !== undefined && !path.path.startsWith('/')
          : !(path.path ?? '').startsWith('/')
      ) {
        errors.push(fieldError.invalid(`${at}.path`, path.path ?? '', 'must be an absolute path'));
      }
      errors.push(...backendErrors(path.backend, `${at}.backend`));
    }
  }
  return errors;
}

function hostErrors(host: string, at: string): FieldError[] {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) return [fieldError.invalid(at, host, 'must be a DNS name, not an IP address')];
  return dnsSubdomainProblems(host.replace(/^\*\./, '')).map((problem) => fieldError.invalid(at, host, problem));
}

function backendErrors(backend: IngressBackend | undefined, at: string): FieldError[] {
  if (backend?.service === undefined && backend?.resource === undefined) return [fieldError.required(at)];
  if (backend.service === undefined) return [];
  if (backend.resource !== undefined) return [fieldError.invalid(at, '', 'cannot set both resource and service backends')];
  const { name, port } = backend.service;
  const errors = name
    ? dns1035LabelProblems(name).map((problem) => fieldError.invalid(`${at}.service.name`, name, problem))
    : [fieldError.required(`${at}.service.name`)];
  if (port?.name && port.number) errors.push(fieldError.invalid(at, '', 'cannot set both port name & port number'));
  if (!port?.name && !port?.number) errors.push(fieldError.required(at, 'port name or number is required'));
  return errors;
}

export const ingressClass: Resource<IngressClass> = {
  type: ingressClasses,
  singular: 'ingressclass',
  shortNames: [],
  categories: [],
  schemaName: 'IngressClass',
  hasStatus: false,
  hasGeneration: true,
  columns: [
    nameColumn(),
    column('Controller', ({ spec }) => spec?.controller ?? ''),
    column('Parameters', ({ spec }) => {
      const parameters = spec?.parameters;
      return parameters === undefined
        ? '<none>'
        : `${parameters.kind}${parameters.apiGroup ? `.${parameters.apiGroup}` : ''}/${parameters.name}`;
    }),
    ageColumn(),
  ],
  default(object) {
    object.spec ??= {};
    if (object.spec.parameters !== undefined) object.spec.parameters.scope ??= 'Cluster';
  },
  validate: (object) => (object.spec?.controller ? [] : [fieldError.required('spec.controller')]),
  validateUpdate: (object, old) => immutable('spec.controller', object.spec?.controller, old.spec?.controller),
};

export const networkPolicy: Resource<NetworkPolicy> = {
  type: networkPolicies,
  singular: 'networkpolicy',
  shortNames: ['netpol'],
  categories: [],
  schemaName: 'NetworkPolicy',
  hasStatus: false,
  hasGeneration: true,
  columns: [
    nameColumn(),
    column('Pod-Selector', ({ spec }) => selectorCell(spec?.podSelector)),
    column('Age', ({ metadata }, nowMs) => age(metadata.creationTimestamp, nowMs)),
  ],
  default(object) {
    const spec = (object.spec ??= {});
    spec.podSelector ??= {};
    spec.policyTypes ??= ['Ingress', ...((spec.egress ?? []).length > 0 ? ['Egress'] : [])];
    for (const rule of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) for (const port of rule.ports ?? []) port.protocol ||= 'TCP';
  },
};
