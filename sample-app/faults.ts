/** What goes wrong on purpose. */
export interface Faults {
  /** Share of `/success` requests that fail, 0 to 1. */
  errorShare: number;
  /** Added to each answer of `/success` and `/error`. */
  latencyMs: number;
  /** Time after the start during which `/readyz` says no. */
  slowStartMs: number;
  neverReady: boolean;
  /** The process ends with exit code 1 this long after its start. */
  crashAfterMs: number | undefined;
  /** Memory that is kept for good, more with each second, in MiB. */
  leakMibPerSecond: number;
  /** CPU time that each answer of `/success` and `/error` takes, in ms. */
  cpuMsPerRequest: number;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Faults by the words of the image's tag (`1.1.0-bad`: half of all requests fail; `slow`: 500 ms; `slow-start`: ready after 10 s;
 * `never-ready`; `crash`: after 1 s; `leak`: 16 MiB per second; `busy`: 20 ms of CPU per request), each overridden by its variable: FAULT_ERROR_SHARE (`0.25` or `25%`), FAULT_LATENCY_MS,
 * FAULT_SLOW_START_MS, FAULT_NEVER_READY, FAULT_CRASH_AFTER_MS, FAULT_LEAK_MIB_PER_SECOND, FAULT_CPU_MS_PER_REQUEST. Throws an Error naming
 * the variable that is no number.
 */
export function readFaults(tag: string, env: Env): Faults {
  const words = tag.toLowerCase().replace('slow-start', 'slowstart').replace('never-ready', 'neverready').split(/[-_.]/);
  const has = (word: string): boolean => words.includes(word);
  const number = (name: string, fallback: number): number => {
    const text = env[name];
    if (text === undefined || text === '') return fallback;
    const value = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
    if (!Number.isFinite(value) || value < 0) throw new Error(`${name} must be a number that is not negative, not "${text}".`);
    return value;
  };
  const crashAfterMs = number('FAULT_CRASH_AFTER_MS', has('crash') ? 1000 : -1);
  return {
    errorShare: Math.min(1, number('FAULT_ERROR_SHARE', has('bad') ? 0.5 : 0)),
    latencyMs: number('FAULT_LATENCY_MS', has('slow') ? 500 : 0),
    slowStartMs: number('FAULT_SLOW_START_MS', has('slowstart') ? 10_000 : 0),
    neverReady: env.FAULT_NEVER_READY === undefined || env.FAULT_NEVER_READY === '' ? has('neverready') : env.FAULT_NEVER_READY === 'true',
    crashAfterMs: crashAfterMs < 0 ? undefined : crashAfterMs,
    leakMibPerSecond: number('FAULT_LEAK_MIB_PER_SECOND', has('leak') ? 16 : 0),
    cpuMsPerRequest: number('FAULT_CPU_MS_PER_REQUEST', has('busy') ? 20 : 0),
  };
}
