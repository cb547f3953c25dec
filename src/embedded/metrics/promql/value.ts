import type { Labels } from '../labels.ts';

export interface VectorSample {
  readonly labels: Labels;
  readonly value: number;
}
/** The samples of one series in a window, without staleness markers. Times in milliseconds. */
export interface Points {
  readonly timesMs: readonly number[];
  readonly values: readonly number[];
}
export interface RangeSeries extends Points {
  readonly labels: Labels;
}
/** A closed window of time. */
export interface Window {
  fromMs: number;
  toMs: number;
}

export type Value =
  | { type: 'scalar'; value: number }
  | { type: 'string'; value: string }
  | { type: 'vector'; samples: VectorSample[] }
  | { type: 'matrix'; series: RangeSeries[]; window: Window };
