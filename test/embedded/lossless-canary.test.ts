import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BackgroundProbe } from '../../src/traffic/background-probe.ts';
import { CANARY_VERSION, CanaryShop, STABLE_VERSION } from '../support/canary-shop.ts';

const RATE = 500;
let shop: CanaryShop;
beforeAll(async () => {
  shop = await CanaryShop.start({ seed: 31, ingressPort: 8190, rate: 10 });
});
afterAll(() => shop.stop());

const transitions: { fact: string; change: (probe: BackgroundProbe) => Promise<void>; seen: string[] }[] = [
  {
    fact: 'the weight goes 0, 25, 50, 100, 0',
    seen: [STABLE_VERSION, CANARY_VERSION],
    change: async (probe) => {
      for (const weight of [0, 25, 50, 100, 0]) {
        await shop.setWeight(weight);
        await shop.answered(probe, 200);
      }
    },
  },
  {
    fact: 'every Pod of a canary with half of the traffic is deleted',
    seen: [STABLE_VERSION, CANARY_VERSION],
    change: async (probe) => {
      await shop.setWeight(50);
      await shop.answered(probe, 100);
      await shop.deletePods('default', 'shop-canary');
      await shop.available('shop-canary', 2);
      await shop.answered(probe, 200);
      await shop.setWeight(0);
    },
  },
  {
    fact: 'stable is scaled down to one Pod and up again',
    seen: [STABLE_VERSION],
    change: async (probe) => {
      for (const replicas of [1, 2]) {
        await shop.scale('shop', replicas);
        await shop.available('shop', replicas);
        await shop.answered(probe, 100);
      }
    },
  },
  {
    fact: 'the canary Ingress is deleted and created again',
    seen: [STABLE_VERSION, CANARY_VERSION],
    change: async (probe) => {
      await shop.setWeight(50);
      await shop.answered(probe, 100);
      await shop.deleteCanaryIngress();
      await shop.answered(probe, 200);
      await shop.createCanaryIngress(50);
      await shop.answered(probe, 200);
      await shop.setWeight(0);
    },
  },
  {
    fact: 'the Pod of the ingress controller is deleted and another takes over',
    seen: [STABLE_VERSION],
    change: async (probe) => {
      await shop.deletePods('ingress-nginx', 'ingress-nginx');
      await shop.available('controller', 1, 'ingress-nginx', 'ingress-nginx');
      await shop.answered(probe, 300);
    },
  },
];

it.each(transitions)('loses no request at 500 a second while $fact', async ({ change, seen }) => {
  const probe = shop.load(RATE);
  try {
    await shop.answered(probe, 100);
    await change(probe);
  } finally {
    await probe.stop();
  }
  const report = probe.peek();
  expect(report.failures).toEqual([]);
  expect(report.requests).toBeGreaterThan(300);
  for (const version of seen) expect(report.byKey[version]).toBeGreaterThan(0);
});
