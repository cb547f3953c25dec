import type { Clock } from '../../base/clock.ts';
import type { Pod } from '../../kube/generated/types.ts';
import type { KubeApi } from '../../kube/kube-api.ts';
import type { ObjectKey } from '../../kube/object.ts';
import type { ControllerDeps } from '../controllers/controller.ts';
import type { ImageTable } from '../images/image-program.ts';
import type { ClusterNetwork } from '../network/cluster-network.ts';
import type { ClusterNode } from '../network/cluster-nodes.ts';

/** What the kubelet of one node is built from. `events` must be a recorder of component `kubelet` with the node as its host. */
export interface KubeletDeps extends ControllerDeps {
  /** Time of the machine, for what must not wait on virtual time. */
  hostClock: Clock;
  network: ClusterNetwork;
  images: ImageTable;
  node: ClusterNode;
  /** Address and port of the Service `default/kubernetes`, given to every container. */
  apiService: { ip: string; port: number };
  /** The version that the node reports, such as `v1.34.1`. */
  kubernetesVersion: string;
  /** The API as a ServiceAccount: authentication, RBAC and admission apply. */
  apiFor(serviceAccount: ObjectKey): KubeApi;
  /** A token for a Pod's ServiceAccount. */
  issueToken(serviceAccount: ObjectKey, pod: Pod, options: { audience: string | undefined; expirationSeconds: number }): string;
  /** Why no token can be issued for the ServiceAccount now, in the API server's words. Cheaper than to issue one, which is signed. */
  tokenProblem(serviceAccount: ObjectKey): string | undefined;
}

/** What each node can give. */
export const NODE_CPU = '8';
export const NODE_MEMORY = '16Gi';
