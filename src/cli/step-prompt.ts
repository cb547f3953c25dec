import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { LabError } from '../base/errors.ts';
import type { Language } from '../harness/text.ts';
import type { App } from './app.ts';

const WORDS = { en: 'Press Enter to go on', ko: '계속하려면 Enter 키를 누르세요' } as const;

export interface StepPrompt {
  /** Waits for Enter. Rejects when the run is interrupted, and with `INPUT_ENDED` when no more lines will come. */
  confirm(): Promise<void>;
  /** Gives standard input back. */
  close(): void;
}

/**
 * Asks for Enter between steps. Lines that came early count for the prompts that follow. A terminal does not show what is typed: it would
 * move what is being drawn.
 */
export function stepPromptOn(app: App, language: Language): StepPrompt {
  const isTerminal = app.stdin.isTTY === true;
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const input = createInterface({ input: app.stdin, output: nowhere, terminal: isTerminal, historySize: 0 });
  // The terminal no longer makes a signal of Ctrl-C.
  input.on('SIGINT', () => app.interrupt());
  let lines = 0;
  let isEnded = false;
  let wake: (() => void) | undefined;
  input.on('line', () => {
    lines += 1;
    wake?.();
  });
  input.on('close', () => {
    isEnded = true;
    wake?.();
  });
  return {
    async confirm() {
      app.stderr.write(`  ${WORDS[language]} … `);
      while (lines === 0 && !isEnded) {
        const woken = Promise.withResolvers<void>();
        const stop = (): void => woken.reject(app.signal.reason);
        wake = woken.resolve;
        app.signal.addEventListener('abort', stop, { once: true });
        if (app.signal.aborted) stop();
        await woken.promise.finally(() => app.signal.removeEventListener('abort', stop));
      }
      app.signal.throwIfAborted();
      if (lines === 0) {
        app.stderr.write('\n');
        throw new LabError('INPUT_ENDED', 'Standard input has ended, so nobody can press Enter between the steps.', {
          next: 'Run it in a terminal, or leave "--step" out.',
        });
      }
      lines -= 1;
      if (isTerminal) app.stderr.write('\n');
    },
    close: () => input.close(),
  };
}
