/** The browser's clock: the one place of the page that asks for it. */
export const browserTime = {
  /** Of the page's own run, ms; never jumps. */
  elapsedMs: (): number => performance.now(),
  /** Of the day, ms since the epoch: for servers that tell no cluster time. */
  nowMs: (): number => Date.now(),
  /** Runs `callback` once; the result takes that back. */
  after(delayMs: number, callback: () => void): () => void {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
  /** Runs `callback` again and again; the result ends it. */
  every(periodMs: number, callback: () => void): () => void {
    const timer = setInterval(callback, periodMs);
    return () => clearInterval(timer);
  },
} as const;
