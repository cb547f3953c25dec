import type { Pod } from '../../kube/generated/types.ts';
import type { NodeAgent } from '../apiserver/node-agent.ts';
import type { Kubelet } from './kubelet.ts';

/** The agents of all nodes as one: each request goes to the node that the Pod is on. */
export function agentOfNodes(kubelets: readonly Kubelet[]): NodeAgent {
  // A node without a kubelet was made by hand; any agent says that it has no such Pod.
  const agentOf = (pod: Pod): NodeAgent => (kubelets.find(({ nodeName }) => nodeName === pod.spec.nodeName) ?? kubelets[0]!).nodeAgent;
  return {
    logs: (pod, ...rest) => agentOf(pod).logs(pod, ...rest),
    exec: (pod, ...rest) => agentOf(pod).exec(pod, ...rest),
    usage: (pod) => agentOf(pod).usage(pod),
  };
}
