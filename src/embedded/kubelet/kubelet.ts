import type { Pod } from '../../kube/generated/types.ts';
import { configMaps, endpointSlices, pods, secrets, services } from '../../kube/resource-type.ts';
import type { NodeAgent } from '../apiserver/node-agent.ts';
import type { KubeletDeps } from './kubelet-deps.ts';
import { NodeRegistration } from './node-registration.ts';
import { createNodeAgent } from './pod-node-agent.ts';
import { PodWorker } from './pod-worker.ts';
import { indexSlicesByPod } from './termination.ts';

export interface Kubelet {
  readonly nodeAgent: NodeAgent;
  /** Registers the node and begins to run the Pods bound to it, until the signal aborts. Resolves when the node is Ready. */
  start(signal: AbortSignal): Promise<void>;
  /** Ends every program and its listeners at once; Pod objects stay as they are. Resolves when all have ended. */
  stop(): Promise<void>;
}

/** The node agent of the embedded cluster: every Pod that is bound to its node lives in here. */
export function createKubelet(deps: KubeletDeps): Kubelet {
  const workers = new Map<string, PodWorker>();
  /** Pods whose objects are gone while their programs have not ended yet. */
  const leaving = new Set<PodWorker>();
  const presentImages = new Set<string>();
  const podInformer = deps.informers.for(pods);
  const configMapInformer = deps.informers.for(configMaps);
  const secretInformer = deps.informers.for(secrets);
  deps.informers.for(services);
  indexSlicesByPod(deps.informers.for(endpointSlices));
  let isRunning = false;

  const see = (pod: Pod): void => {
    if (!isRunning || pod.spec.nodeName !== deps.nodeName) return;
    const known = workers.get(pod.metadata.uid);
    if (known !== undefined) {
      known.update(pod);
      return;
    }
    const worker = new PodWorker(pod, presentImages, deps);
    workers.set(pod.metadata.uid, worker);
    worker.start();
  };
  const forget = (pod: Pod): void => {
    const worker = workers.get(pod.metadata.uid);
    workers.delete(pod.metadata.uid);
    if (!isRunning || worker === undefined) return;
    leaving.add(worker);
    void worker.removed().finally(() => leaving.delete(worker));
  };
  const wake = (kind: 'configmap' | 'secret', namespace: string | undefined, name: string): void => {
    for (const worker of workers.values()) if (worker.pod.metadata.namespace === namespace) worker.sourceChanged(kind, name);
  };

  return {
    nodeAgent: createNodeAgent((pod) => workers.get(pod.metadata.uid), deps.clock),
    async start(signal) {
      isRunning = true;
      for (const informer of [
        podInformer,
        configMapInformer,
        secretInformer,
        deps.informers.for(services),
        deps.informers.for(endpointSlices),
      ])
        informer.start(signal);
      await new NodeRegistration(deps).start(signal);
      configMapInformer.onChange(({ type, object }) => {
        if (type !== 'deleted') wake('configmap', object.metadata.namespace, object.metadata.name);
      });
      secretInformer.onChange(({ type, object }) => {
        if (type !== 'deleted') wake('secret', object.metadata.namespace, object.metadata.name);
      });
      podInformer.onChange(({ type, object }) => {
        if (type === 'deleted') forget(object);
        else see(object);
      });
    },
    async stop() {
      isRunning = false;
      const ending = [...workers.values(), ...leaving];
      workers.clear();
      await Promise.all(ending.map((worker) => worker.abandon()));
    },
  };
}
