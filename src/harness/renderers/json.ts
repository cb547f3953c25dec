import type { Renderer, Streams } from './renderer.ts';

/** The event stream as JSON lines on stdout. */
export function createJsonRenderer(streams: Streams): Renderer {
  return { onEvent: (event) => streams.out(`${JSON.stringify(event)}\n`), close: async () => {} };
}
