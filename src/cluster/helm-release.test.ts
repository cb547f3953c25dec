import { expect, it } from 'vitest';
import { definitionNames } from './chart-definitions.ts';
import { chartOf, namespaceOf, releaseOf, repositoryOf } from './helm-release.ts';

it.each<[line: string, release: { name: string; namespace: string } | undefined]>([
  ['helm install shop ./chart -n shop --create-namespace', { name: 'shop', namespace: 'shop' }],
  [
    'helm install ingress-nginx/ingress-nginx --name-template ingress-nginx --create-namespace -n ingress-nginx --version 4.8.3',
    { name: 'ingress-nginx', namespace: 'ingress-nginx' },
  ],
  ['helm -n shop upgrade --install shop ./chart --set image.tag=2.0.0 --wait', { name: 'shop', namespace: 'shop' }],
  ['helm upgrade shop ./chart --namespace=shop --values v.yaml', { name: 'shop', namespace: 'shop' }],
  ['helm install shop ./chart', { name: 'shop', namespace: 'default' }],
  ['helm install ./chart --generate-name', undefined],
  ['helm repo add argo https://example.com', undefined],
  ['helm uninstall shop -n shop', undefined],
  ['kubectl install shop ./chart', undefined],
])('reads the release that "%s" makes', (line, release) => {
  expect(releaseOf(line.split(' '))).toEqual(release);
});

it('reads the namespace that kubectl creates', () => {
  expect(namespaceOf(['kubectl', 'create', 'namespace', 'shop'])).toBe('shop');
  expect(namespaceOf(['kubectl', 'get', 'namespace', 'shop'])).toBeUndefined();
});

it.each([
  ['helm install argo-rollouts argo/argo-rollouts --version 2.32.5 -n argo-rollouts', { chart: 'argo/argo-rollouts', version: '2.32.5' }],
  ['helm install ./chart --name-template shop', { chart: './chart', version: undefined }],
  ['helm upgrade --install shop ./chart --set a=b', { chart: './chart', version: undefined }],
  ['helm list', undefined],
])('reads the chart of "%s"', (line, chart) => {
  expect(chartOf(line.split(' '))).toEqual(chart);
});

it('reads the repository that helm adds', () => {
  expect(repositoryOf(['helm', 'repo', 'add', 'argo', 'https://charts.test'])).toEqual({ name: 'argo', url: 'https://charts.test' });
  expect(repositoryOf(['helm', 'repo', 'update'])).toBeUndefined();
});

it.each([
  ['with separators', '---\n'],
  ['as Helm 3 prints them, without', ''],
])('finds the names of CRDs in what "helm show crds" prints, %s', (_, separator) => {
  const crd = (name: string): string =>
    `# made\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: ${name}\n`;
  const other = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: b\n';
  expect(definitionNames(`---\n${[crd('a.test'), other, crd('c.test')].join(separator)}`)).toEqual(['a.test', 'c.test']);
});
