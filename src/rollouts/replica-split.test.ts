import { describe, expect, it } from 'vitest';
import { basicReplicaSplit, routedReplicaSplit } from './replica-split.ts';

interface Row {
  n: number;
  weight: number;
  surge: number;
  unavailable: number;
  stable: string;
  canary: string;
  result: string;
}
const row = (n: number, weight: number, surge: number, unavailable: number, stable: string, canary: string, result: string): Row => ({
  n,
  weight,
  surge,
  unavailable,
  stable,
  canary,
  result,
});
const counts = (text: string) => ({ spec: Number(text.split('/')[0]), available: Number(text.split('/')[1]) });

const rows: Row[] = [
  row(10, 20, 2, 0, '10/10', '0/0', '2,10'),
  row(10, 20, 2, 0, '10/10', '2/2', '2,8'),
  row(10, 20, 0, 2, '10/10', '0/0', '0,8'),
  row(10, 50, 2, 1, '10/10', '0/0', '2,9'),
  row(10, 0, 1, 1, '10/10', '1/1', '0,10'),
  row(10, 100, 1, 1, '1/1', '10/10', '10,0'),
  row(10, 5, 0, 1, '10/10', '0/0', '0,9'),
  row(10, 5, 0, 1, '9/9', '0/0', '1,9'),
  row(1, 20, 1, 0, '1/1', '0/0', '1,1'),
  row(1, 49, 0, 1, '1/1', '0/0', '0,1'),
  row(1, 51, 0, 1, '1/1', '0/0', '0,0'),
  row(1, 51, 0, 1, '0/0', '0/0', '1,0'),
  row(3, 99, 0, 2, '3/3', '0/0', '0,1'),
  row(3, 99, 0, 2, '1/1', '0/0', '2,1'),
  row(4, 100, 1, 0, '4/1', '0/0', '1,4'),
  row(4, 100, 1, 0, '4/1', '1/1', '1,3'),
  row(4, 0, 1, 0, '0/0', '4/4', '4,1'),
  row(4, 0, 1, 0, '1/1', '4/4', '3,1'),
  row(4, 100, 4, 4, '4/4', '0/0', '4,0'),
  row(4, 100, 3, 0, '4/4', '0/0', '3,4'),
];

describe('without traffic routing', () => {
  it.each(rows)(
    'goes from canary $canary, stable $stable to $result for $n Pods at weight $weight (surge $surge, unavailable $unavailable)',
    ({ n, weight, surge, unavailable, stable, canary, result }) => {
      const split = basicReplicaSplit({
        replicas: n,
        weight,
        maxWeight: 100,
        maxSurge: surge,
        maxUnavailable: unavailable,
        stable: counts(stable),
        canary: counts(canary),
        othersSpec: 0,
      });
      expect(`${split.canary},${split.stable}`).toBe(result);
    },
  );

  it.each([
    { n: 5, surge: 2, unavailable: 1, weights: [20, 40, 60, 80, 100], trace: ['s4 c1', 's3 c2', 's2 c3', 's1 c4', 's0 c5'] },
    { n: 5, surge: 1, unavailable: 0, weights: [20, 40, 60, 80, 100], trace: ['s4 c1', 's3 c2', 's2 c3', 's1 c4', 's0 c5'] },
    { n: 4, surge: 4, unavailable: 1, weights: [25, 50, 100], trace: ['s3 c1', 's2 c2', 's0 c4'] },
  ])('reaches $trace with surge $surge and never leaves the limits', ({ n, surge, unavailable, weights, trace }) => {
    let stable = n;
    let canary = 0;
    const seen = weights.map((weight) => {
      for (let pass = 0; pass < 20; pass += 1) {
        const next = basicReplicaSplit({
          replicas: n,
          weight,
          maxWeight: 100,
          maxSurge: surge,
          maxUnavailable: unavailable,
          stable: { spec: stable, available: stable },
          canary: { spec: canary, available: canary },
          othersSpec: 0,
        });
        expect(next.canary + next.stable).toBeLessThanOrEqual(n + surge);
        expect(Math.min(next.canary, canary) + Math.min(next.stable, stable)).toBeGreaterThanOrEqual(n - unavailable);
        ({ canary, stable } = next);
      }
      return `s${stable} c${canary}`;
    });
    expect(seen).toEqual(trace);
  });

  it('shrinks both sides within the limits when the Rollout is scaled down', () => {
    expect(
      basicReplicaSplit({
        replicas: 4,
        weight: 25,
        maxWeight: 100,
        maxSurge: 1,
        maxUnavailable: 1,
        stable: { spec: 6, available: 6 },
        canary: { spec: 2, available: 2 },
        othersSpec: 0,
      }),
    ).toEqual({ canary: 1, stable: 4 });
  });

  it('only grows while an abandoned version still has Pods', () => {
    expect(
      basicReplicaSplit({
        replicas: 10,
        weight: 20,
        maxWeight: 100,
        maxSurge: 2,
        maxUnavailable: 2,
        stable: { spec: 9, available: 9 },
        canary: { spec: 0, available: 0 },
        othersSpec: 1,
      }),
    ).toEqual({ canary: 2, stable: 9 });
  });

  it('gives the first version all Pods', () => {
    expect(
      basicReplicaSplit({
        replicas: 3,
        weight: 20,
        maxWeight: 100,
        maxSurge: 1,
        maxUnavailable: 0,
        stable: undefined,
        canary: { spec: 0, available: 0 },
        othersSpec: 0,
      }),
    ).toEqual({ canary: 3, stable: 0 });
  });
});

describe('with traffic routing', () => {
  it.each([
    { replicas: 5, plan: { weight: 20 }, max: 100, min: undefined, canary: 1 },
    { replicas: 5, plan: { weight: 50 }, max: 1000, min: undefined, canary: 1 },
    { replicas: 3, plan: { weight: 1 }, max: 100, min: undefined, canary: 1 },
    { replicas: 4, plan: { weight: 200 }, max: 100, min: undefined, canary: 8 },
    { replicas: 4, plan: { replicas: 9 }, max: 100, min: 2, canary: 9 },
    { replicas: 5, plan: { weight: 20 }, max: 100, min: 2, canary: 2 },
    { replicas: 5, plan: { weight: 0 }, max: 100, min: 2, canary: 0 },
    { replicas: 1, plan: { weight: 20 }, max: 100, min: 2, canary: 1 },
  ])(
    'gives the canary $canary Pods beside $replicas stable ones for $plan of $max, at least $min',
    ({ replicas, plan, max, min, canary }) => {
      expect(routedReplicaSplit({ replicas, maxWeight: max, plan, minPodsPerReplicaSet: min })).toEqual({ canary, stable: replicas });
    },
  );

  it('lets stable shrink only as far as the traffic it still carries', () => {
    const dynamicStableScale = { statusCanaryWeight: 25, statusStableWeight: 75, stableWeight: 25, aborted: false };
    expect(routedReplicaSplit({ replicas: 4, maxWeight: 100, plan: { weight: 75 }, dynamicStableScale })).toEqual({ canary: 3, stable: 3 });
  });
});
