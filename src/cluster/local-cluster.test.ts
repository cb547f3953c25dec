import { expect, it } from 'vitest';
import { isLocalCluster } from './local-cluster.ts';

const node = (labels: Record<string, string>, providerID?: string) => ({
  metadata: { name: 'n', labels },
  spec: providerID === undefined ? {} : { providerID },
});

it.each([
  ['https://127.0.0.1:6443', [], true],
  ['https://localhost:6443', [node({})], true],
  ['https://[::1]:6443', [], true],
  ['https://kubernetes.docker.internal:6443', [], true],
  ['https://192.168.49.2:8443', [node({ 'minikube.k8s.io/name': 'minikube' })], true],
  ['https://172.18.0.2:6443', [node({}, 'kind://docker/kind/kind-control-plane')], true],
  ['https://192.168.1.10:6443', [node({})], false],
  ['https://abc.gr7.ap-northeast-2.eks.amazonaws.com', [node({}, 'aws:///ap-northeast-2a/i-0')], false],
  ['https://10.0.0.1', [], false],
  ['https://127.0.0.1.example.com', [], false],
])('knows whether %s is on this machine', (server, nodes, isLocal) => {
  expect(isLocalCluster(server, nodes)).toBe(isLocal);
});
