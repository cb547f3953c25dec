import type { Activity } from '../../base/activity.ts';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import type { ServiceAccount, UserInfo } from '../../kube/generated/types.ts';
import type { KubeApi } from '../../kube/kube-api.ts';
import { serviceAccounts } from '../../kube/resource-type.ts';
import { notFound } from '../../kube/status-error.ts';
import type { Store, StoreEvent } from '../store/store.ts';
import { WebhookAdmission } from './admission/webhook-admission.ts';
import { FieldSetPool } from './apply/field-set-pool.ts';
import { Authenticator } from './authentication/authenticator.ts';
import type { Identity } from './authentication/certificate-authority.ts';
import { loadCredentials } from './authentication/server-credentials.ts';
import { type BoundObject, ServiceAccountTokens } from './authentication/service-account-tokens.ts';
import { RbacAuthorizer } from './authorization/rbac-authorizer.ts';
import { createBootstrapObjects } from './bootstrap.ts';
import { CustomResourceLifecycle } from './custom-resource-lifecycle.ts';
import { DiscoveryDocuments } from './discovery/discovery-documents.ts';
import { followRestore } from './follow-restore.ts';
import { EncodedLists } from './http/encoded-lists.ts';
import { type Listener, listenHttps } from './http/https-listener.ts';
import type { ProtobufDecoder } from './http/request-body.ts';
import { RequestHandler } from './http/request-handler.ts';
import { RequestMetrics } from './http/request-metrics.ts';
import { handleUpgrade } from './http/upgrade-handler.ts';
import { WatchFrames } from './http/watch-frames.ts';
import { InProcessApi } from './in-process-api.ts';
import { kubeconfigText } from './kubeconfig.ts';
import type { Dialer, NodeAgent } from './node-agent.ts';
import { QuotaStatus } from './quota-status.ts';
import { builtInResources } from './registry/built-in-resources.ts';
import { reserveServiceAddresses } from './reserve-service-addresses.ts';
import { ResourceTable } from './resource-table.ts';
import type { ServerCore, ServiceAddresses } from './server-core.ts';
import { storageKey } from './storage-key.ts';

export interface ApiServerOptions {
  store: Store;
  /** The cluster's time. */
  clock: Clock;
  /** The machine's time: sockets, certificates, token expiry. */
  hostClock: Clock;
  random: Random;
  log: Log;
  activity: Activity;
  addresses: ServiceAddresses;
  /** Opens connections to webhooks. */
  dialer: Dialer;
  /** Answers logs and exec. */
  nodeAgent: NodeAgent;
  /** `1.34.0` unless given. */
  kubernetesVersion?: string;
  /** How long a request may take to arrive. Default 60 s. */
  requestTimeoutMs?: number;
  /** Address of Service default/kubernetes. Default: the first that `addresses` gives. */
  kubernetesServiceIp?: string;
  /** The address in the cluster behind that Service, at port 6443. Default: that of the first node. */
  advertiseAddress?: string;
  /** Decodes protobuf request bodies; without it they are refused with 415. */
  protobuf?: ProtobufDecoder;
}

export interface ApiServer {
  /** Listens on 127.0.0.1 (a port of the system's choice for 0 or none). Rejects with `PORT_IN_USE`. */
  listen(port?: number): Promise<{ url: string; port: number }>;
  /** Ends every connection and stops listening. The store stays open. */
  close(): Promise<void>;
  /** The API as this user, without sockets. Authorization and admission apply. */
  apiFor(user: UserInfo): KubeApi;
  readonly caCertificatePem: string;
  readonly adminToken: string;
  /** A token of an existing ServiceAccount. Throws NotFound. */
  issueToken(
    account: { namespace: string; name: string },
    options?: { expirationSeconds?: number; audiences?: string[]; bound?: BoundObject },
  ): { token: string; expiresAtMs: number };
  /** Why `issueToken` would throw for this account now. */
  tokenProblem(account: { namespace: string; name: string }): string | undefined;
  /** A client certificate of the cluster's authority. */
  issueClientCertificate(user: { name: string; groups: readonly string[] }): Promise<Identity>;
  /** The text of a kubeconfig of the cluster's administrator for the address of `listen`. */
  adminKubeconfig(options: { server: string }): string;
  /** The same for a ServiceAccount's token. */
  kubeconfigFor(options: { server: string; token: string }): string;
  readonly resources: ResourceTable;
  /** Must be called in the turn in which objects were written into the store past the API. */
  followRestore(events: readonly StoreEvent[]): void;
}

const NODE_NAMES = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local', 'localhost'];
const DEFAULT_SERVICE_IP = '10.96.0.1';
const DEFAULT_ADDRESS = '172.18.0.2';

/** Makes an API server over a store and fills in what every cluster starts with. It listens only after `listen`. */
export async function createApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { store, hostClock, random } = options;
  const table = new ResourceTable(builtInResources());
  const serviceIp = options.kubernetesServiceIp ?? DEFAULT_SERVICE_IP;
  const credentials = await loadCredentials(store, { dns: NODE_NAMES, ips: ['127.0.0.1', '::1', serviceIp] }, hostClock);
  const rbac = new RbacAuthorizer(store);
  const tokens = new ServiceAccountTokens(credentials.signingKeyPem, { store, hostClock, random });
  const authenticator = new Authenticator({ adminToken: credentials.adminToken, authority: credentials.authority, tokens, hostClock });
  const core: ServerCore = {
    ...options,
    table,
    rbac,
    tokens,
    webhooks: new WebhookAdmission(() => core),
    fieldSets: new FieldSetPool(),
    gitVersion: `v${options.kubernetesVersion ?? '1.34.0'}`,
    instanceId: credentials.instanceId,
  };
  reserveServiceAddresses(core);
  const customResources = new CustomResourceLifecycle(core);
  customResources.start();
  const quotas = new QuotaStatus(core);
  quotas.start();
  await createBootstrapObjects(core, serviceIp, options.advertiseAddress ?? DEFAULT_ADDRESS);

  const handler = new RequestHandler({
    core,
    authenticator,
    discovery: new DiscoveryDocuments(table, core.instanceId),
    metrics: new RequestMetrics(),
    lists: new EncodedLists(),
    frames: new WatchFrames(),
    protobuf: options.protobuf,
  });
  let listener: Listener | undefined;
  const { certificatePem: caCertificatePem } = credentials.authority;
  return {
    async listen(port = 0) {
      listener = await listenHttps(port, {
        identity: credentials.server,
        caCertificatePem,
        clock: core.clock,
        requestTimeoutMs: options.requestTimeoutMs,
        onRequest: (request, response) => void handler.handle(request, response),
        onUpgrade: (request, socket, head) => void handleUpgrade(core, handler, request, socket, head),
      });
      return { url: `https://127.0.0.1:${listener.port}`, port: listener.port };
    },
    async close() {
      customResources.stop();
      quotas.stop();
      await listener?.close();
    },
    apiFor: (user) => new InProcessApi(core, user),
    caCertificatePem,
    adminToken: credentials.adminToken,
    issueToken({ namespace, name }, { expirationSeconds = 3600, ...rest } = {}) {
      const account = store.get(storageKey(serviceAccounts, namespace, name))?.value.object as ServiceAccount | undefined;
      if (account === undefined) throw notFound(serviceAccounts, name);
      return tokens.issue(account, { expirationSeconds, ...rest });
    },
    tokenProblem: ({ namespace, name }) =>
      store.get(storageKey(serviceAccounts, namespace, name)) === undefined ? notFound(serviceAccounts, name).message : undefined,
    issueClientCertificate: (user) => credentials.authority.issueClient(user, hostClock.nowMs()),
    adminKubeconfig: ({ server }) => kubeconfigText({ server, caCertificatePem, token: credentials.adminToken }),
    kubeconfigFor: ({ server, token }) => kubeconfigText({ server, caCertificatePem, token }),
    resources: table,
    followRestore(events) {
      followRestore(core, events);
      customResources.followRestore();
    },
  };
}
