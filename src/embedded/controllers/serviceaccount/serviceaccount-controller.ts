import { keyOf } from '../../../kube/object.ts';
import { configMaps, namespaces, serviceAccounts } from '../../../kube/resource-type.ts';
import { isStatus } from '../../../kube/status-error.ts';
import type { ClusterFacts } from '../cluster-facts.ts';
import { Controller, type ControllerDeps, DONE, type ReconcileResult } from '../controller.ts';
import { isNamespaceTerminating } from '../pod-control.ts';

const ROOT_CA = 'kube-root-ca.crt';

/**
 * Gives each namespace its ServiceAccount `default` and the CA of the API server in ConfigMap `kube-root-ca.crt`
 * (k8s.io/kubernetes/pkg/controller/serviceaccount and certificates/rootcacertpublisher). Tokens come from the API server.
 */
export function createServiceAccountController(deps: ControllerDeps, facts: Pick<ClusterFacts, 'caCertificate'>): Controller {
  const { api, informers } = deps;
  const namespaceCache = informers.for(namespaces);
  const accountCache = informers.for(serviceAccounts);
  const mapCache = informers.for(configMaps);

  const unlessTaken = async (creation: Promise<unknown>): Promise<void> => {
    try {
      await creation;
    } catch (error) {
      if (!isStatus(error, 'AlreadyExists') && !isNamespaceTerminating(error)) throw error;
    }
  };

  const reconcile = async (name: string): Promise<ReconcileResult> => {
    const namespace = namespaceCache.get({ name });
    if (namespace === undefined || namespace.metadata.deletionTimestamp !== undefined || namespace.status?.phase === 'Terminating')
      return DONE;
    if (accountCache.get({ namespace: name, name: 'default' }) === undefined) {
      await unlessTaken(
        api.create(serviceAccounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: name, name: 'default' } }),
      );
    }
    const data = { 'ca.crt': facts.caCertificate };
    const known = mapCache.get({ namespace: name, name: ROOT_CA });
    if (known === undefined)
      await unlessTaken(
        api.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: name, name: ROOT_CA }, data }),
      );
    else if (known.data?.['ca.crt'] !== data['ca.crt'] || Object.keys(known.data).length !== 1)
      await api.update(configMaps, { ...structuredClone(known), data });
    return DONE;
  };

  const controller = new Controller({ name: 'serviceaccount', reconcile, concurrency: 2 }, deps);
  namespaceCache.onChange(({ object }) => controller.enqueue(object.metadata.name));
  accountCache.onChange((change) => {
    if (change.type === 'deleted' && change.object.metadata.name === 'default') controller.enqueue(change.object.metadata.namespace ?? '');
  });
  mapCache.onChange((change) => {
    if (change.type !== 'added' && keyOf(change.object).name === ROOT_CA) controller.enqueue(change.object.metadata.namespace ?? '');
  });
  return controller;
}
