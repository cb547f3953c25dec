import { rfc3339, rfc3339Micro, type Timer } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { findCondition } from '../../kube/conditions.ts';
import type { Lease, Node, NodeCondition, NodeStatus } from '../../kube/generated/types.ts';
import { leases, nodes } from '../../kube/resource-type.ts';
import { isStatus } from '../../kube/status-error.ts';
import { type KubeletDeps, NODE_CPU, NODE_MEMORY } from './kubelet-deps.ts';

const LEASE_RENEWAL_MS = 10_000;
const STATUS_REPORT_MS = 300_000;

/** The node's own object and its lease, created at start and kept fresh on the Clock. */
export class NodeRegistration {
  readonly #deps: KubeletDeps;
  readonly #timers = new Set<Timer>();

  constructor(deps: KubeletDeps) {
    this.#deps = deps;
  }

  /** Resolves when the Node is Ready and has a lease. */
  async start(signal: AbortSignal): Promise<void> {
    await this.#register();
    await this.#renewLease().catch((error: unknown) => this.#deps.log.debug(`no lease yet: ${messageOf(error)}`));
    this.#every(LEASE_RENEWAL_MS, () => this.#renewLease(), signal);
    this.#every(STATUS_REPORT_MS, () => this.#report(), signal);
    signal.addEventListener(
      'abort',
      () => {
        for (const timer of this.#timers) timer.cancel();
      },
      { once: true },
    );
  }

  /** Tells of the node now, in its status and its lease. */
  report(): void {
    for (const work of [() => this.#report(), () => this.#renewLease()]) this.#tell(work);
  }

  #tell(work: () => Promise<unknown>): void {
    void this.#deps.activity
      .during('node heartbeat', work)
      .catch((error: unknown) => this.#deps.log.debug(`node heartbeat: ${messageOf(error)}`));
  }

  #every(periodMs: number, work: () => Promise<unknown>, signal: AbortSignal): void {
    const timer = this.#deps.clock.after(periodMs, () => {
      this.#timers.delete(timer);
      if (signal.aborted) return;
      this.#tell(work);
      this.#every(periodMs, work, signal);
    });
    this.#timers.add(timer);
  }

  async #register(): Promise<void> {
    const { api, node } = this.#deps;
    const draft = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name: node.name,
        labels: {
          'beta.kubernetes.io/arch': 'amd64',
          'beta.kubernetes.io/os': 'linux',
          'kubernetes.io/arch': 'amd64',
          'kubernetes.io/hostname': node.name,
          'kubernetes.io/os': 'linux',
          ...(node.isControlPlane
            ? {
                'ingress-ready': 'true',
                'node-role.kubernetes.io/control-plane': '',
                'node.kubernetes.io/exclude-from-external-load-balancers': '',
              }
            : {}),
        },
      },
      spec: {
        podCIDR: node.podCidr,
        podCIDRs: [node.podCidr],
        providerID: `canary-lab://${node.name}`,
        ...(node.isDedicated ? { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] } : {}),
      },
    };
    try {
      await api.create<Node>(nodes, draft as unknown as Node);
      this.#event('Starting', 'Starting kubelet.');
      this.#event('NodeReady', `Node ${node.name} status is now: NodeReady`);
    } catch (error) {
      if (!isStatus(error, 'AlreadyExists')) throw error;
    }
    await this.#report();
  }

  #event(reason: string, message: string): void {
    const { name } = this.#deps.node;
    // Not the object's own UID: a node's events outlive its object.
    const subject = { apiVersion: 'v1', kind: 'Node', metadata: { name, uid: name, resourceVersion: '', creationTimestamp: '' } };
    this.#deps.events.record(subject, 'Normal', reason, message);
  }

  async #report(): Promise<void> {
    const { api, clock, node, kubernetesVersion } = this.#deps;
    const now = rfc3339(clock.nowMs());
    const before = (await api.get(nodes, { name: node.name }))?.status?.conditions;
    const ready = findCondition(before, 'Ready');
    if (ready !== undefined && ready.status !== 'True') this.#event('NodeReady', `Node ${node.name} status is now: NodeReady`);
    const condition = (type: string, status: string, reason: string, message: string): NodeCondition => {
      const known = before?.find((other) => other.type === type);
      return {
        type,
        status,
        reason,
        message,
        lastHeartbeatTime: now,
        lastTransitionTime: known?.status === status ? (known.lastTransitionTime ?? now) : now,
      };
    };
    const number = node.ip.split('.').at(-1)!.padStart(2, '0');
    const resources = {
      cpu: NODE_CPU,
      memory: NODE_MEMORY,
      'ephemeral-storage': '100Gi',
      'hugepages-1Gi': '0',
      'hugepages-2Mi': '0',
      pods: String(node.maxPods),
    };
    const status: NodeStatus = {
      capacity: resources,
      allocatable: resources,
      addresses: [
        { type: 'InternalIP', address: node.ip },
        { type: 'Hostname', address: node.name },
      ],
      conditions: [
        condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
        condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
        condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
        condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } } as NonNullable<NodeStatus['daemonEndpoints']>,
      nodeInfo: {
        architecture: 'amd64',
        bootID: `00000000-0000-4000-8000-0000000001${number}`,
        machineID: `000000000000000000000000000001${number}`,
        systemUUID: `00000000-0000-4000-8000-0000000002${number}`,
        containerRuntimeVersion: 'canary-lab://0.1.0',
        kernelVersion: 'canary-lab',
        osImage: 'canary-lab embedded',
        operatingSystem: 'linux',
        kubeProxyVersion: '',
        kubeletVersion: kubernetesVersion,
      },
    };
    await api.patch(nodes, { name: node.name }, { type: 'strategic', body: { status } }, { subresource: 'status' });
  }

  async #renewLease(): Promise<void> {
    const {
      api,
      clock,
      node: { name },
    } = this.#deps;
    const key = { namespace: 'kube-node-lease', name };
    const spec = { holderIdentity: name, leaseDurationSeconds: 40, renewTime: rfc3339Micro(clock.nowMs()) };
    if ((await api.get(leases, key)) !== undefined) {
      await api.patch(leases, key, { type: 'merge', body: { spec } });
      return;
    }
    const node = await api.get(nodes, { name });
    // Whoever deleted the Node wants no sign of it.
    if (node === undefined) return;
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name, uid: node.metadata.uid }];
    await api.create<Lease>(leases, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { ...key, ownerReferences }, spec });
  }
}
