import type { Pod } from '../../kube/generated/types.ts';
import { type Amounts, estimatedRequests, type HostPort, hostPorts, podRequests } from './pod-requests.ts';

/** What the Pods of one node use. */
export interface NodeUsage {
  pods: number;
  requests: Map<string, number>;
  /** With what Pods that ask for nothing are taken to use, in cores and bytes. */
  estimated: { cpu: number; memory: number };
  ports: Map<string, HostPort[]>;
}

/** Usage of every node, kept up to date Pod by Pod. Pods that are being bound count before the cache shows it. */
export class ClusterUsage {
  readonly #placed = new Map<string, { node: string; requests: Amounts; estimated: { cpu: number; memory: number } }>();
  readonly #nodes = new Map<string, NodeUsage>();

  of(node: string): NodeUsage {
    let usage = this.#nodes.get(node);
    if (usage === undefined)
      this.#nodes.set(node, (usage = { pods: 0, requests: new Map(), estimated: { cpu: 0, memory: 0 }, ports: new Map() }));
    return usage;
  }

  /** The node that a Pod is counted on. */
  nodeOf(uid: string): string | undefined {
    return this.#placed.get(uid)?.node;
  }

  isPlaced(uid: string): boolean {
    return this.#placed.has(uid);
  }

  /** Counts a Pod on its node, once. A Pod without a node changes nothing: an assumption may be ahead of the cache. */
  place(pod: Pod, node: string | undefined = pod.spec.nodeName): void {
    const { uid } = pod.metadata;
    if (node === undefined || this.#placed.has(uid)) return;
    const requests = podRequests(pod);
    const estimated = estimatedRequests(pod);
    this.#placed.set(uid, { node, requests, estimated });
    const usage = this.of(node);
    usage.pods += 1;
    usage.estimated.cpu += estimated.cpu;
    usage.estimated.memory += estimated.memory;
    for (const [name, amount] of requests) usage.requests.set(name, (usage.requests.get(name) ?? 0) + amount);
    const ports = hostPorts(pod);
    if (ports.length > 0) usage.ports.set(uid, ports);
  }

  /** Forgets a Pod that ended or could not be bound. */
  remove(uid: string): void {
    const placed = this.#placed.get(uid);
    if (placed === undefined) return;
    this.#placed.delete(uid);
    const usage = this.of(placed.node);
    usage.pods -= 1;
    usage.estimated.cpu -= placed.estimated.cpu;
    usage.estimated.memory -= placed.estimated.memory;
    usage.ports.delete(uid);
    for (const [name, amount] of placed.requests) usage.requests.set(name, (usage.requests.get(name) ?? 0) - amount);
  }
}
