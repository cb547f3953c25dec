import { createJsonRenderer } from '../harness/renderers/json.ts';
import { createPlainRenderer } from '../harness/renderers/plain.ts';
import { Presenter } from '../harness/renderers/presenter.ts';
import type { Renderer } from '../harness/renderers/renderer.ts';
import type { Screen } from '../harness/renderers/screen.ts';
import { TerminalRenderer } from '../harness/renderers/terminal.ts';
import type { Language } from '../harness/text.ts';
import type { App } from './app.ts';
import type { PresenterKeys } from './presenter-keys.ts';

/** How a run is shown: as JSON lines where they were asked for, drawn live on a terminal that can, else as plain lines. */
export function rendererFor(options: { json?: boolean }, lang: Language, app: App): Renderer {
  const streams = {
    out: (text: string): void => {
      app.stdout.write(text);
    },
    err: (text: string): void => {
      app.stderr.write(text);
    },
  };
  if (options.json) return createJsonRenderer(streams);
  // Some terminals say that they have no columns at all; lines that are drawn again make no sense there.
  const isPlain =
    !app.stderr.isTTY ||
    (app.stderr.columns ?? 0) < 40 ||
    app.env['NO_COLOR'] !== undefined ||
    app.env['CI'] !== undefined ||
    app.env['TERM'] === 'dumb';
  return isPlain
    ? createPlainRenderer(streams, lang, app.stderr.columns)
    : new TerminalRenderer({ out: streams.out, screen: screenOf(app) }, lang, app.clock);
}

/** The slides of `--present`. */
export function presenterAt(app: App, lang: Language, keys: PresenterKeys): Presenter {
  const presenter = new Presenter(
    {
      out: (text) => {
        app.stdout.write(text);
      },
      screen: screenOf(app),
      nextKey: keys.nextKey,
      quit: () => app.interrupt(),
      signal: app.signal,
      clock: app.clock,
    },
    lang,
  );
  app.stderr.on('resize', () => presenter.redraw());
  return presenter;
}

/** The terminal on standard error, with the size that it has now. */
function screenOf(app: App): Screen {
  return {
    write: (text) => {
      app.stderr.write(text);
    },
    get columns() {
      return app.stderr.columns ?? 80;
    },
    get rows() {
      return (app.stderr as { rows?: number }).rows ?? 24;
    },
  };
}
