import { createInterface } from 'node:readline';
import type { Step } from '../harness/lab.ts';
import type { Language } from '../harness/text.ts';
import type { App } from './app.ts';

const WORDS = { en: 'Press Enter to go on', ko: '계속하려면 Enter 키를 누르세요' } as const;

/** Waits for Enter before a step. Ends without waiting when standard input is closed; rejects when the run is interrupted. */
export function confirmOn(app: App, language: Language): (step: Step) => Promise<void> {
  return () =>
    new Promise((resolve, reject) => {
      const lines = createInterface({ input: app.stdin });
      const stop = (): void => {
        lines.close();
        reject(app.signal.reason);
      };
      app.signal.addEventListener('abort', stop, { once: true });
      const go = (): void => {
        app.signal.removeEventListener('abort', stop);
        lines.close();
        resolve();
      };
      lines.once('line', go);
      lines.once('close', go);
      app.stderr.write(`  ${WORDS[language]} … `);
    });
}
