import { createInterface } from 'node:readline';
import type { App } from './app.ts';

/** Asks on the terminal; no terminal, a closed one, or anything but "y" or "yes" is a no. Rejects when the run is interrupted. */
export function confirmUse(app: App, question: string): Promise<boolean> {
  if (!app.stdin.isTTY) return Promise.resolve(false);
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: app.stdin });
    const settle = (isYes: boolean): void => {
      app.signal.removeEventListener('abort', stop);
      lines.close();
      resolve(isYes);
    };
    const stop = (): void => {
      lines.close();
      reject(app.signal.reason);
    };
    app.signal.addEventListener('abort', stop, { once: true });
    lines.once('line', (line) => settle(/^y(es)?$/i.test(line.trim())));
    lines.once('close', () => settle(false));
    app.stderr.write(`${question} [y/N] `);
  });
}
