import type { AnyObject, Draft, KubeObject } from '../../kube/object.ts';
import {
  clusterRoleBindings,
  clusterRoles,
  endpointSlices,
  endpoints,
  namespaces,
  type ResourceType,
  services,
} from '../../kube/resource-type.ts';
import { ADMIN } from './authentication/authenticator.ts';
import { bootstrapClusterRoleBindings, bootstrapClusterRoles } from './authorization/bootstrap-policy.ts';
import type { RequestContext } from './request-context.ts';
import type { ServerCore } from './server-core.ts';
import { storageKey } from './storage-key.ts';
import { createObject } from './verbs/create-object.ts';
import { decodeBody } from './verbs/decode-body.ts';

export const BOOTSTRAP_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'] as const;

/** The port that the API server is said to have at its address in the cluster. */
const API_PORT = 6443;

/**
 * Creates what every cluster holds before its first client; what a kept store already has stays. `address` is where the Service
 * `kubernetes` leads: upstream's server writes its own Endpoints (kubernetes/pkg/controlplane/reconcilers).
 */
export async function createBootstrapObjects(core: ServerCore, serviceIp: string | undefined, address: string): Promise<void> {
  const ctx: RequestContext = { user: ADMIN, defaultManager: 'kube-apiserver', signal: undefined, warn: () => {} };
  const ensure = async (type: ResourceType, draft: Draft<KubeObject>): Promise<void> => {
    if (core.store.get(storageKey(type, draft.metadata.namespace, draft.metadata.name!)) !== undefined) return;
    const row = core.table.get(type);
    const object = decodeBody(row, draft, 'Ignore', ctx) as AnyObject;
    await createObject(core, ctx, row, draft.metadata.namespace, object, { dryRun: false, fieldValidation: 'Ignore' });
  };
  for (const name of BOOTSTRAP_NAMESPACES) await ensure(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  for (const role of bootstrapClusterRoles()) await ensure(clusterRoles, role);
  for (const binding of bootstrapClusterRoleBindings()) await ensure(clusterRoleBindings, binding);
  await ensure(services, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      type: 'ClusterIP',
      sessionAffinity: 'None',
      ...(serviceIp === undefined ? {} : { clusterIP: serviceIp }),
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: API_PORT }],
    },
  } as Draft<KubeObject>);
  const ports = [{ name: 'https', port: API_PORT, protocol: 'TCP' }];
  const metadata = { name: 'kubernetes', namespace: 'default' };
  await ensure(endpoints, {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { ...metadata, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: [{ ip: address }], ports }],
  } as Draft<KubeObject>);
  await ensure(endpointSlices, {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports,
  } as Draft<KubeObject>);
}
