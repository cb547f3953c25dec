import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { EmbeddedCluster } from '../../src/embedded/cluster.ts';

/** Environment that makes the fake kind and minikube start a node which is this cluster; `FAKE_DEAD_KUBECONFIG` leads to nothing. */
export async function nodeOf(cluster: Pick<EmbeddedCluster, 'kubeconfig' | 'server' | 'ingressUrl'>): Promise<Record<string, string>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'node-of-'));
  const [live, dead] = [path.join(folder, 'live'), path.join(folder, 'dead')];
  await writeFile(live, cluster.kubeconfig, { mode: 0o600 });
  await writeFile(dead, cluster.kubeconfig.replaceAll(cluster.server, 'https://127.0.0.1:1'), { mode: 0o600 });
  return { FAKE_KUBECONFIG: live, FAKE_DEAD_KUBECONFIG: dead, FAKE_INGRESS_PORT: new URL(cluster.ingressUrl).port };
}
