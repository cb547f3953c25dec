import { connect, isIP, type Server, type Socket } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import type { EndpointSlice, Service } from '../../kube/generated/types.ts';
import type { Informer, InformerFactory } from '../../kube/informer.ts';
import { endpointSlices, services } from '../../kube/resource-type.ts';
import { AddressPool } from './address-pool.ts';
import type { ClusterNetwork, PodListener } from './cluster-network.ts';
import { type ClusterNode, clusterNodes, POD_CIDR } from './cluster-nodes.ts';
import { dialError } from './dial-error.ts';
import { serviceNamesFor } from './dns-name.ts';
import { AcceptedSockets } from './hand-over.ts';
import { HostPorts } from './host-ports.ts';
import { listenOnLoopback } from './loopback-listener.ts';
import { type EndpointTarget, endpointsOf, headlessAddresses, servicePort } from './service-endpoints.ts';

export const SERVICE_CIDR = '10.96.0.0/16';
/** The Service `default/kubernetes`. */
export const API_SERVICE_IP = '10.96.0.1';
/** Where the API server is on the first node. */
const API_PORT = 6443;

/** The Service range. The API server needs it before there is a network. */
export const newServicePool = (): AddressPool => new AddressPool('Service', SERVICE_CIDR, 256);

export interface NetworkDeps {
  informers: InformerFactory;
  random: Random;
  clock: Clock;
  /** Real time, by which connections to a host port wait for the Pod that takes over; without it none does. */
  hostClock?: Clock;
  /** Where the API server really listens; asked for at each dial. */
  apiServerAddress: () => { host: string; port: number };
  /** Default: a pool of its own. */
  serviceIps?: AddressPool;
  /** Default: one. */
  nodes?: readonly ClusterNode[];
  /** Ports of 127.0.0.1 to try first for host ports; default 80 → 8080, 443 → 8443. */
  firstHostPorts?: Readonly<Record<number, number>>;
}

export interface EmbeddedNetwork extends ClusterNetwork {
  /** Opens the host ports, so that the ingress address is known. */
  start(): Promise<void>;
  /** `http://127.0.0.1:8080` for host port 80, https for 443. Throws before `start`. */
  hostPortUrl(hostPort: number): string;
  /** Ends every listener; open connections are reset. */
  close(): Promise<void>;
}

interface PodPort {
  listener: Server;
  port: number;
  sockets: AcceptedSockets;
}
type Address = { host: string; port: number };

/** The cluster's network on loopback. See `ClusterNetwork` for the contract. */
export function createClusterNetwork(deps: NetworkDeps): EmbeddedNetwork {
  const nodes = deps.nodes ?? clusterNodes(1);
  const podRange = new AddressPool('Pod', POD_CIDR, 2);
  const podIps = new Map(nodes.map(({ name, podCidr }) => [name, new AddressPool('Pod', podCidr, 2)]));
  const firstPool = podIps.get(nodes[0]!.name)!;
  const nodeIps = new Set(nodes.map(({ ip }) => ip));
  /** Who has a host port of a node, by `NODE-IP:PORT`; the newest last. */
  const portsOfNodes = new Map<string, PodPort[]>();
  const serviceIps = deps.serviceIps ?? newServicePool();
  const podPorts = new Map<string, PodPort | 'opening'>();
  const firstHostPorts = deps.firstHostPorts ?? { 80: 8080, 443: 8443 };
  const hostPorts = new HostPorts(firstHostPorts, deps.hostClock);
  const hostPortNumbers = new Map<number, number>();
  const affinity = new Map<string, { ip: string; usedAtMs: number }>();
  const serviceInformer: Informer<Service> = deps.informers.for(services);
  const sliceInformer: Informer<EndpointSlice> = deps.informers.for(endpointSlices);
  serviceInformer.addIndex('address', ({ spec }) => [
    ...(spec?.clusterIPs ?? []),
    ...(spec?.externalIPs ?? []),
    ...(spec?.clusterIP ? [spec.clusterIP] : []),
  ]);
  serviceInformer.addIndex('nodePort', ({ spec }) => (spec?.ports ?? []).flatMap(({ nodePort }) => (nodePort ? [String(nodePort)] : [])));
  sliceInformer.addIndex('service', ({ metadata }) => [`${metadata.namespace}/${metadata.labels?.['kubernetes.io/service-name']}`]);

  const slicesOf = (service: Service): EndpointSlice[] =>
    sliceInformer.by('service', `${service.metadata.namespace}/${service.metadata.name}`);

  const choose = (service: Service, targets: readonly EndpointTarget[], clientIp: string | undefined): EndpointTarget | undefined => {
    if (service.spec?.sessionAffinity !== 'ClientIP' || clientIp === undefined) return targets[deps.random.below(targets.length)];
    const key = `${service.metadata.uid}/${clientIp}`;
    const timeoutMs = (service.spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800) * 1000;
    const kept = affinity.get(key);
    const nowMs = deps.clock.nowMs();
    const target =
      (kept !== undefined && nowMs - kept.usedAtMs < timeoutMs ? targets.find(({ ip }) => ip === kept.ip) : undefined) ??
      targets[deps.random.below(targets.length)];
    if (target !== undefined) affinity.set(key, { ip: target.ip, usedAtMs: nowMs });
    return target;
  };

  const podAddress = (ip: string, port: number): Address | undefined => {
    const entry = podPorts.get(`${ip}:${port}`);
    return entry === undefined || entry === 'opening' ? undefined : { host: '127.0.0.1', port: entry.port };
  };
  const viaService = (service: Service, portName: string | undefined, clientIp: string | undefined): Address | undefined => {
    if (service.metadata.namespace === 'default' && service.metadata.name === 'kubernetes') return deps.apiServerAddress();
    const target = choose(service, endpointsOf(slicesOf(service), portName), clientIp);
    return target === undefined ? undefined : podAddress(target.ip, target.port);
  };

  const resolveIp = (ip: string, port: number, clientIp: string | undefined): Address | undefined => {
    if (podRange.contains(ip)) return podAddress(ip, port);
    const service = serviceInformer.by('address', ip)[0];
    if (service !== undefined) {
      const known = servicePort(service, port);
      return known === undefined ? undefined : viaService(service, known.name, clientIp);
    }
    if (ip === API_SERVICE_IP && port === 443) return deps.apiServerAddress();
    if (!nodeIps.has(ip)) return undefined;
    if (ip === nodes[0]?.ip && port === API_PORT) return deps.apiServerAddress();
    const onHostNetwork = podAddress(ip, port);
    if (onHostNetwork !== undefined) return onHostNetwork;
    const onNode = serviceInformer.by('nodePort', String(port))[0];
    if (onNode !== undefined) return viaService(onNode, onNode.spec!.ports!.find(({ nodePort }) => nodePort === port)!.name, clientIp);
    const own = portsOfNodes.get(`${ip}:${port}`)?.at(-1);
    if (own !== undefined) return { host: '127.0.0.1', port: own.port };
    // With one node the port of this machine is the node's, and it waits for the Pod that takes over.
    const hostPort = nodes.length === 1 ? hostPortNumbers.get(port) : undefined;
    return hostPort === undefined ? undefined : { host: '127.0.0.1', port: hostPort };
  };

  /** Throws ENOTFOUND for a name that means nothing; `undefined` when nothing listens behind it. */
  const resolveName = (
    host: string,
    port: number,
    fromNamespace: string | undefined,
    clientIp: string | undefined,
    depth = 0,
  ): Address | undefined => {
    for (const { service: name, namespace, podHost } of serviceNamesFor(host, fromNamespace)) {
      const service = serviceInformer.get({ namespace, name });
      if (service === undefined) continue;
      if (service.spec?.type === 'ExternalName') {
        if (podHost !== undefined || depth > 8) continue;
        return resolveName(service.spec.externalName ?? '', port, namespace, clientIp, depth + 1);
      }
      const isHeadless = service.spec?.clusterIP === 'None';
      if (podHost !== undefined) {
        const pod = headlessAddresses(slicesOf(service)).find(
          ({ ip, hostname }) => hostname === podHost || ip.replaceAll('.', '-') === podHost,
        );
        if (pod === undefined) continue;
        return podAddress(pod.ip, port);
      }
      if (isHeadless) {
        const pods = headlessAddresses(slicesOf(service));
        if (pods.length === 0) throw dialError('ENOTFOUND', host, port);
        return podAddress(pods[deps.random.below(pods.length)]!.ip, port);
      }
      const known = servicePort(service, port);
      return known === undefined ? undefined : viaService(service, known.name, clientIp);
    }
    if (
      ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local'].includes(host) &&
      port === 443
    )
      return deps.apiServerAddress();
    throw dialError('ENOTFOUND', host, port);
  };

  return {
    allocatePodIp(node, former) {
      const pool = podIps.get(node ?? '') ?? firstPool;
      return pool.take(former !== undefined && pool.isFree(former) ? former : undefined);
    },
    releasePodIp: (ip) => [...podIps.values()].find((pool) => pool.contains(ip))?.release(ip),
    allocateServiceIp: (wanted) => serviceIps.take(wanted),
    releaseServiceIp: (ip) => serviceIps.release(ip),
    resolvePod: podAddress,

    async listen(ip, port, server, options = {}): Promise<PodListener> {
      const key = `${ip}:${port}`;
      if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new RangeError(`A Pod cannot listen on port ${port}.`);
      if (podPorts.has(key)) throw dialError('EADDRINUSE', ip, port);
      podPorts.set(key, 'opening');
      const sockets = new AcceptedSockets();
      const opened = await listenOnLoopback(0, (socket) => sockets.handTo(server, socket)).catch((error: unknown) => {
        podPorts.delete(key);
        throw error;
      });
      const entry: PodPort = { listener: opened.server, port: opened.port, sockets };
      podPorts.set(key, entry);
      let leaveHostPort = (): void => {};
      if (options.hostPort !== undefined) {
        const leaveMachine = await hostPorts.add(options.hostPort, { server, sockets });
        hostPortNumbers.set(options.hostPort, (await hostPorts.portOf(options.hostPort))!);
        const place = `${options.nodeIp ?? nodes[0]!.ip}:${options.hostPort}`;
        portsOfNodes.set(place, [...(portsOfNodes.get(place) ?? []), entry]);
        leaveHostPort = () => {
          leaveMachine();
          const others = (portsOfNodes.get(place) ?? []).filter((other) => other !== entry);
          if (others.length > 0) portsOfNodes.set(place, others);
          else portsOfNodes.delete(place);
        };
      }
      return {
        close() {
          leaveHostPort();
          if (podPorts.get(key) === entry) podPorts.delete(key);
          entry.listener.close();
        },
        endConnections(gracefully) {
          sockets.endAll(gracefully);
        },
      };
    },

    async dial(host, port, options = {}): Promise<Socket> {
      options.signal?.throwIfAborted();
      const address = isIP(host)
        ? resolveIp(host, port, options.clientIp)
        : resolveName(host, port, options.fromNamespace, options.clientIp);
      if (address === undefined) throw dialError('ECONNREFUSED', host, port);
      return connectTo(address, host, port, options.signal);
    },

    async start() {
      await hostPorts.openAll();
      for (const hostPort of Object.keys(firstHostPorts).map(Number)) hostPortNumbers.set(hostPort, (await hostPorts.portOf(hostPort))!);
    },
    hostPortUrl(hostPort) {
      const port = hostPortNumbers.get(hostPort);
      if (port === undefined) throw new Error(`Host port ${hostPort} is not open.`);
      return `${hostPort === 443 ? 'https' : 'http'}://127.0.0.1:${port}`;
    },
    async close() {
      await hostPorts.close();
      for (const entry of podPorts.values()) {
        if (entry === 'opening') continue;
        entry.listener.close();
        entry.sockets.endAll(false);
      }
      podPorts.clear();
    },
  };
}

/** Connects to a loopback address; failures name the address inside the cluster. */
function connectTo(address: Address, host: string, port: number, signal: AbortSignal | undefined): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address.host, port: address.port, noDelay: true });
    const stop = (): void => {
      socket.destroy();
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', stop, { once: true });
    const onError = (error: NodeJS.ErrnoException): void => {
      signal?.removeEventListener('abort', stop);
      reject(error.code === 'ECONNREFUSED' ? dialError('ECONNREFUSED', host, port) : error);
    };
    socket.once('error', onError);
    socket.once('connect', () => {
      signal?.removeEventListener('abort', stop);
      socket.off('error', onError);
      resolve(socket);
    });
  });
}
