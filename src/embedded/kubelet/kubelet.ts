import { messageOf } from '../../base/errors.ts';
import type { Pod } from '../../kube/generated/types.ts';
import { configMaps, endpointSlices, nodes, pods, secrets, services } from '../../kube/resource-type.ts';
import type { NodeAgent } from '../apiserver/node-agent.ts';
import type { KubeletDeps } from './kubelet-deps.ts';
import { isPoweredOff } from './node-power.ts';
import { NodeRegistration } from './node-registration.ts';
import { createNodeAgent } from './pod-node-agent.ts';
import { PodWorker } from './pod-worker.ts';
import { indexSlicesByPod } from './termination.ts';

export interface Kubelet {
  readonly nodeName: string;
  readonly nodeAgent: NodeAgent;
  /**
   * Registers the node and begins to run the Pods bound to it, until the signal aborts. Resolves when the node is Ready, at once when it is
   * powered off (see `isPoweredOff`): then nothing runs on it and nothing is told of it until its annotation is gone.
   */
  start(signal: AbortSignal): Promise<void>;
  /**
   * The cluster has gone back to an earlier state, of which these are the Pods. Must be called in the turn in which the objects were written,
   * before watches tell of them. Pods whose containers are those that the objects tell of go on; all others are killed at once,
   * without a word to the API, and those that the state has are started again.
   */
  followRestore(restored: readonly Pod[]): void;
  /** Ends every program and its listeners at once; Pod objects stay as they are. Resolves when all have ended. */
  stop(): Promise<void>;
}

/** The agent of one node: every Pod that is bound to it lives in here. */
export function createKubelet(deps: KubeletDeps): Kubelet {
  const workers = new Map<string, PodWorker>();
  /** Pods whose objects are gone while their programs have not ended yet. */
  const leaving = new Set<PodWorker>();
  const presentImages = new Set<string>();
  const podInformer = deps.informers.for(pods);
  const configMapInformer = deps.informers.for(configMaps);
  const secretInformer = deps.informers.for(secrets);
  const nodeInformer = deps.informers.for(nodes);
  deps.informers.for(services);
  indexSlicesByPod(deps.informers.for(endpointSlices));
  let isRunning = false;
  let registration: { stop: AbortController; node: NodeRegistration } | undefined;
  /** Turns of the power follow each other. */
  let power: Promise<void> = Promise.resolve();

  const see = (pod: Pod): void => {
    if (!isRunning || pod.spec.nodeName !== deps.node.name) return;
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

  const powerOn = async (): Promise<void> => {
    if (isRunning) return;
    registration = { stop: new AbortController(), node: new NodeRegistration(deps) };
    await registration.node.start(registration.stop.signal);
    isRunning = true;
    for (const pod of podInformer.list()) see(pod);
  };
  const powerOff = async (): Promise<void> => {
    isRunning = false;
    registration?.stop.abort(new Error('the node is off'));
    const ending = [...workers.values(), ...leaving];
    workers.clear();
    await Promise.all(ending.map((worker) => worker.abandon()));
  };
  const turn = (isOff: boolean): void => {
    power = power
      .then(() => deps.activity.during(`power of ${deps.node.name}`, isOff ? powerOff : powerOn))
      .catch((error: unknown) => {
        deps.log.error(`power of ${deps.node.name}: ${messageOf(error)}`);
      });
  };

  return {
    nodeName: deps.node.name,
    nodeAgent: createNodeAgent((pod) => workers.get(pod.metadata.uid), deps.clock),
    async start(signal) {
      for (const informer of [
        podInformer,
        configMapInformer,
        secretInformer,
        nodeInformer,
        deps.informers.for(services),
        deps.informers.for(endpointSlices),
      ])
        informer.start(signal);
      const known = await deps.api.get(nodes, { name: deps.node.name });
      if (known === undefined || !isPoweredOff(known)) await powerOn();
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
      nodeInformer.onChange((change) => {
        if (change.object.metadata.name !== deps.node.name || change.type === 'deleted' || signal.aborted) return;
        const isOff = isPoweredOff(change.object);
        // A Node that somebody made anew knows nothing of the node yet.
        if (change.type === 'added' && !isOff && isRunning) registration?.node.report();
        if (isOff !== (change.type === 'modified' ? isPoweredOff(change.previous) : !isRunning)) turn(isOff);
      });
      signal.addEventListener('abort', () => registration?.stop.abort(signal.reason), { once: true });
    },
    followRestore(restored) {
      if (!isRunning) return;
      const before = new Map(workers);
      const fresh: PodWorker[] = [];
      workers.clear();
      for (const pod of restored) {
        const { uid } = pod.metadata;
        if (pod.spec.nodeName !== deps.node.name) continue;
        const known = before.get(uid);
        if (known?.goesOn(pod) === true) {
          workers.set(uid, known);
          before.delete(uid);
          continue;
        }
        const worker = new PodWorker(pod, presentImages, deps, { isRestored: true });
        workers.set(uid, worker);
        fresh.push(worker);
      }
      // Addresses and ports of those that go may be wanted by those that come.
      const gone = Promise.all([...before.values(), ...leaving].map((worker) => worker.abandon()));
      for (const worker of fresh) worker.start(gone);
    },
    stop: () => power.then(powerOff),
  };
}
