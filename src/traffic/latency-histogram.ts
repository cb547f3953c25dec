/** Counts of durations in steps of about 5 %, from 0.1 ms on; percentiles are upper bounds of their step. */
export class LatencyHistogram {
  readonly #counts: number[] = [];
  #total = 0;
  maxMs = 0;

  record(durationMs: number): void {
    const step = durationMs <= 0.1 ? 0 : Math.ceil(Math.log(durationMs / 0.1) / Math.log(1.05));
    this.#counts[step] = (this.#counts[step] ?? 0) + 1;
    this.#total += 1;
    this.maxMs = Math.max(this.maxMs, durationMs);
  }

  get count(): number {
    return this.#total;
  }

  /** The duration in milliseconds that a share `q` (0 to 1) of all stay below; 0 when there is none. */
  percentile(q: number): number {
    let seen = 0;
    for (const [step, count] of this.#counts.entries()) {
      seen += count ?? 0;
      if (count !== undefined && seen >= q * this.#total) return Math.min(this.maxMs, 0.1 * 1.05 ** step);
    }
    return 0;
  }
}
