import { equalJson } from '../../../base/equal-json.ts';
import type { Service } from '../../../kube/generated/types.ts';
import { services } from '../../../kube/resource-type.ts';
import { type FieldError, fieldError } from '../../../kube/status-error.ts';
import { ageColumn, column, nameColumn, wide } from './columns/column.ts';
import { clusterIpCell, externalIpCell, portsCell } from './columns/service-cells.ts';
import { labelsCell } from './columns/template-cells.ts';
import { labelErrors } from './metadata-validation.ts';
import type { Resource } from './resource.ts';
import { allocateClusterIp, allocateNodePorts, hasClusterIp, hasNodePorts, keepAllocated } from './service-addresses.ts';
import { dnsLabelProblems, dnsSubdomainProblems, portNameProblems, portNumberProblems } from './syntax.ts';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

export const service: Resource<Service> = {
  type: services,
  singular: 'service',
  shortNames: ['svc'],
  categories: ['all'],
  schemaName: 'Service',
  hasStatus: true,
  hasGeneration: false,
  returnsDeleted: true,
  selectableFields: { 'spec.clusterIP': ({ spec }) => spec.clusterIP ?? '', 'spec.type': ({ spec }) => spec.type ?? '' },
  columns: [
    nameColumn(),
    column('Type', ({ spec }) => spec.type ?? ''),
    column('Cluster-IP', clusterIpCell),
    column('External-IP', externalIpCell),
    column('Port(s)', portsCell),
    ageColumn(),
    wide('Selector', ({ spec }) => labelsCell(spec.selector)),
  ],
  default(object) {
    const spec = (object.spec ??= {});
    spec.type ||= 'ClusterIP';
    spec.sessionAffinity ||= 'None';
    if (spec.sessionAffinity === 'ClientIP') {
      const config = (spec.sessionAffinityConfig ??= {});
      (config.clientIP ??= {}).timeoutSeconds ??= 10_800;
    }
    for (const port of spec.ports ?? []) {
      port.protocol ||= 'TCP';
      if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') port.targetPort = port.port;
      if (port.nodePort === 0) delete port.nodePort;
    }
    if (spec.type !== 'ExternalName') spec.internalTrafficPolicy ||= 'Cluster';
    if (spec.type === 'NodePort' || spec.type === 'LoadBalancer') spec.externalTrafficPolicy ||= 'Cluster';
    if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true;
    object.status ??= {};
    object.status.loadBalancer ??= {};
  },
  prepareCreate(object, ctx) {
    if (service.validate!(object).length > 0) return;
    allocateClusterIp(object, ctx);
    allocateNodePorts(object, ctx);
    if (object.spec.type === 'LoadBalancer' && object.spec.externalTrafficPolicy === 'Local')
      object.spec.healthCheckNodePort ||= ctx.allocateNodePort();
    object.status = { loadBalancer: {} };
  },
  prepareUpdate(object, old, ctx) {
    const { spec } = object;
    if (spec.type === 'ClusterIP' || spec.type === 'ExternalName') {
      if (old.spec.type !== spec.type)
        for (const key of ['externalTrafficPolicy', 'healthCheckNodePort', 'allocateLoadBalancerNodePorts'] as const)
          if (equalJson(spec[key], old.spec[key])) delete spec[key];
    }
    if (spec.type === 'NodePort' && old.spec.type === 'LoadBalancer') delete spec.allocateLoadBalancerNodePorts;
    keepAllocated(object, old, ctx);
  },
  validate: validateService,
  validateUpdate(object, old) {
    if (!hasClusterIp(object) || !hasClusterIp(old)) return [];
    const errors: FieldError[] = [];
    if (object.spec.clusterIP !== old.spec.clusterIP) {
      errors.push(fieldError.invalid('spec.clusterIPs[0]', object.spec.clusterIPs ?? [object.spec.clusterIP], 'may not change once set'));
    }
    return errors;
  },
};

function validateService(object: Service): FieldError[] {
  const { spec } = object;
  const ports = spec.ports ?? [];
  const errors: FieldError[] = [...labelErrors(spec.selector, 'spec.selector')];
  const isHeadless = spec.clusterIP === 'None';
  if (!TYPES.includes(spec.type ?? '')) errors.push(fieldError.notSupported('spec.type', spec.type, TYPES));
  if (ports.length === 0 && !isHeadless && spec.type !== 'ExternalName') errors.push(fieldError.required('spec.ports'));
  if (spec.type === 'LoadBalancer' && isHeadless) {
    errors.push(
      fieldError.invalid('spec.clusterIPs[0]', spec.clusterIPs?.[0] ?? 'None', "may not be set to 'None' for LoadBalancer services"),
    );
  }
  if (spec.type === 'NodePort' && isHeadless) {
    errors.push(fieldError.invalid('spec.clusterIPs[0]', spec.clusterIPs?.[0] ?? 'None', "may not be set to 'None' for NodePort services"));
  }
  if (spec.type === 'ExternalName') {
    if (!spec.externalName) errors.push(fieldError.required('spec.externalName'));
    else
      errors.push(
        ...dnsSubdomainProblems(spec.externalName.replace(/\.$/, '')).map((problem) =>
          fieldError.invalid('spec.externalName', spec.externalName, problem),
        ),
      );
  }
  if (spec.clusterIP && spec.clusterIPs?.[0] !== undefined && spec.clusterIP !== spec.clusterIPs[0]) {
    errors.push(fieldError.invalid('spec.clusterIPs', spec.clusterIPs, 'first value must match `clusterIP`'));
  }
  if (spec.sessionAffinity !== 'None' && spec.sessionAffinity !== 'ClientIP') {
    errors.push(fieldError.notSupported('spec.sessionAffinity', spec.sessionAffinity, ['ClientIP', 'None']));
  }
  const names = new Set<string>();
  const pairs = new Set<string>();
  for (const [i, port] of ports.entries()) {
    const at = `spec.ports[${i}]`;
    if (!port.name) {
      if (ports.length > 1) errors.push(fieldError.required(`${at}.name`));
    } else {
      errors.push(...dnsLabelProblems(port.name).map((problem) => fieldError.invalid(`${at}.name`, port.name, problem)));
      if (names.has(port.name)) errors.push(fieldError.duplicate(`${at}.name`, port.name));
      names.add(port.name);
    }
    errors.push(...portNumberProblems(port.port ?? 0).map((problem) => fieldError.invalid(`${at}.port`, port.port ?? 0, problem)));
    if (!PROTOCOLS.includes(port.protocol ?? '')) errors.push(fieldError.notSupported(`${at}.protocol`, port.protocol, PROTOCOLS));
    const target = port.targetPort;
    const problems = typeof target === 'string' ? portNameProblems(target) : target === undefined ? [] : portNumberProblems(target);
    errors.push(...problems.map((problem) => fieldError.invalid(`${at}.targetPort`, target, problem)));
    if (port.nodePort && !hasNodePorts(object) && spec.type !== 'LoadBalancer') {
      errors.push(fieldError.forbidden(`${at}.nodePort`, `may not be used when \`type\` is '${spec.type}'`));
    }
    const pair = `${port.port}/${port.protocol}`;
    if (pairs.has(pair)) errors.push(fieldError.duplicate(at, { protocol: port.protocol, port: port.port }));
    pairs.add(pair);
  }
  return errors;
}
