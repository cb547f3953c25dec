import type { Pod, ServiceAccount, Volume, VolumeMount } from '../../../kube/generated/types.ts';
import type { AnyObject } from '../../../kube/object.ts';
import { pods, serviceAccounts } from '../../../kube/resource-type.ts';
import { forbidden } from '../../../kube/status-error.ts';
import type { ServerCore } from '../server-core.ts';
import { storageKey } from '../storage-key.ts';

const TOKEN_MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
/** Tokens that the kubelet renews live a little over an hour: one hour and seven seconds. */
const TOKEN_SECONDS = 3607;

/** Admission plugin ServiceAccount: gives a new Pod its account and the volume with token, CA and namespace. */
export function admitPod(core: ServerCore, object: AnyObject): void {
  const pod = object as unknown as Pod;
  if (pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined || pod.spec === undefined) return;
  const namespace = pod.metadata.namespace!;
  const accountName = pod.spec.serviceAccountName || 'default';
  pod.spec.serviceAccountName = accountName;
  pod.spec.serviceAccount = accountName;
  const account = core.store.get(storageKey(serviceAccounts, namespace, accountName))?.value.object as ServiceAccount | undefined;
  if (account === undefined) {
    throw forbidden(
      pods,
      pod.metadata.name,
      `error looking up service account ${namespace}/${accountName}: serviceaccount "${accountName}" not found`,
    );
  }
  if ((pod.spec.imagePullSecrets ?? []).length === 0 && (account.imagePullSecrets ?? []).length > 0)
    pod.spec.imagePullSecrets = structuredClone(account.imagePullSecrets);
  if ((pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) === false) return;
  mountToken(core, pod);
}

function mountToken(core: ServerCore, pod: Pod): void {
  const spec = pod.spec!;
  const isMounted = (mounts: readonly VolumeMount[] | undefined): boolean =>
    (mounts ?? []).some((mount) => mount.mountPath === TOKEN_MOUNT_PATH);
  const unmounted = [...(spec.initContainers ?? []), ...(spec.containers ?? [])].filter((container) => !isMounted(container.volumeMounts));
  if (unmounted.length === 0) return;
  const name = `kube-api-access-${core.random.suffix(5)}`;
  for (const container of unmounted)
    container.volumeMounts = (container.volumeMounts ?? []).concat({ mountPath: TOKEN_MOUNT_PATH, name, readOnly: true });
  const volume: Volume = {
    name,
    projected: {
      defaultMode: 420,
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
        { configMap: { items: [{ key: 'ca.crt', path: 'ca.crt' }], name: 'kube-root-ca.crt' } },
        { downwardAPI: { items: [{ fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' }, path: 'namespace' }] } },
      ],
    },
  };
  spec.volumes = (spec.volumes ?? []).concat(volume);
}
