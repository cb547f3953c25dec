import type { LabEvent } from '../events.ts';
import type { LiveSource } from '../live-source.ts';

/** Where text goes: the result to `out`, progress to `err`. */
export interface Streams {
  out: (text: string) => void;
  err: (text: string) => void;
}

/** Draws the events of a run. */
export interface Renderer {
  onEvent(event: LabEvent): void;
  /** Told what to show of the walk while it goes on, where it shows such things. */
  setLive?: ((source: LiveSource | undefined) => void) | undefined;
  /** Resolves when the events so far are drawn, where that takes time: text that is written past the renderer waits for it. */
  drawn?: (() => Promise<void>) | undefined;
  /** Resolves when everything is drawn. */
  close(): Promise<void>;
}
