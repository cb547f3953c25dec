import type { PresenterKey } from '../harness/renderers/presenter.ts';
import type { App } from './app.ts';

/** Also on a Korean keyboard, and with the small remote controls that press Page Up and Page Down. */
const KEYS: Readonly<Record<string, PresenterKey>> = {
  ' ': 'next',
  '\r': 'next',
  '\n': 'next',
  n: 'next',
  ㅜ: 'next',
  '\u001b[C': 'next',
  '\u001bOC': 'next',
  '\u001b[6~': 'next',
  p: 'back',
  ㅔ: 'back',
  '\u001b[D': 'back',
  '\u001bOD': 'back',
  '\u001b[5~': 'back',
  q: 'quit',
  ㅂ: 'quit',
  '\u0003': 'quit',
};

/** An escape sequence, or one character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for.
const WORD = /\u001b(?:\[[\d;]*[A-Za-z~]|O[A-Z])|[\s\S]/gu;

export interface PresenterKeys {
  /** The next key from now on: what was pressed before is forgotten, so that nobody runs ahead of what is seen. */
  nextKey(signal: AbortSignal): Promise<PresenterKey>;
  close(): void;
}

/** The keys of a presenter's terminal. Ctrl-C, `q` and the end of the input call `quit` at any time. */
export function presenterKeysAt(app: App, quit: () => void): PresenterKeys {
  const { stdin } = app;
  let wake: ((key: PresenterKey) => void) | undefined;
  stdin.setRawMode(true);
  const onData = (chunk: Buffer): void => {
    for (const [word] of chunk.toString().matchAll(WORD)) {
      const key = KEYS[word.toLowerCase()] ?? KEYS[word];
      if (key === 'quit') quit();
      else if (key !== undefined) wake?.(key);
    }
  };
  stdin.on('data', onData);
  stdin.on('end', quit);
  return {
    nextKey: (signal) =>
      new Promise((resolve, reject) => {
        const stop = (): void => reject(signal.reason);
        if (signal.aborted) stop();
        signal.addEventListener('abort', stop, { once: true });
        wake = (key) => {
          wake = undefined;
          signal.removeEventListener('abort', stop);
          resolve(key);
        };
      }),
    close() {
      stdin.off('data', onData);
      stdin.off('end', quit);
      stdin.setRawMode(false);
      stdin.pause();
    },
  };
}
