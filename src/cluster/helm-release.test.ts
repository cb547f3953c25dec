import { expect, it } from 'vitest';
import { namespaceOf, releaseOf } from './helm-release.ts';

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
