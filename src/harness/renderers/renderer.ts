import type { LabEvent } from '../events.ts';

/** Where text goes: the result to `out`, progress to `err`. */
export interface Streams {
  out: (text: string) => void;
  err: (text: string) => void;
}

/** Draws the events of a run. */
export interface Renderer {
  onEvent(event: LabEvent): void;
  /** Resolves when everything is drawn. */
  close(): Promise<void>;
}
