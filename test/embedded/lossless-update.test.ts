import { afterAll, beforeAll, expect, it } from 'vitest';
import { ShopCluster } from '../support/shop-cluster.ts';

let shop: ShopCluster;
beforeAll(async () => {
  shop = await ShopCluster.start({ seed: 21, ingressPort: 8180, rate: 10 });
});
afterAll(() => shop.stop());

it.each(['2.0.0', '3.0.0'])('loses no request at 500 a second while it is updated to %s, scaled and has Pods deleted', async (tag) => {
  const report = await shop.churnUnderLoad(tag, 500);
  expect(report.failures).toEqual([]);
  expect(report.requests).toBeGreaterThan(500);
  expect(report.byKey[tag]).toBeGreaterThan(0);
});
