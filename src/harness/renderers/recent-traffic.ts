import type { LivePicture } from '../live-source.ts';

type Traffic = LivePicture['traffic'];

const WINDOW_MS = 2500;

/** What has come in the last seconds, from counts that only grow. */
export class RecentTraffic {
  #samples: { atMs: number; traffic: Traffic }[] = [];

  /** The difference to the counts of a few seconds ago; everything until now while nothing is older. */
  add(atMs: number, traffic: Traffic): Traffic {
    const isSameCourse = traffic.requests >= (this.#samples.at(-1)?.traffic.requests ?? 0);
    this.#samples = isSameCourse ? this.#samples.filter((sample) => atMs - sample.atMs <= WINDOW_MS) : [];
    const before = this.#samples[0]?.traffic;
    this.#samples.push({ atMs, traffic });
    if (before === undefined || before.requests === traffic.requests) return traffic;
    return {
      requests: traffic.requests - before.requests,
      failures: traffic.failures - before.failures,
      byHash: Object.fromEntries(Object.entries(traffic.byHash).map(([hash, count]) => [hash, count - (before.byHash[hash] ?? 0)])),
    };
  }
}
