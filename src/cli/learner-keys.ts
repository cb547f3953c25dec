import type { Learner, LearnerKey } from '../harness/hands-on.ts';
import type { App } from './app.ts';

const KEYS: Readonly<Record<string, LearnerKey>> = {
  h: 'hint',
  s: 'solve',
  b: 'back',
  q: 'quit',
  ㅗ: 'hint',
  ㄴ: 'solve',
  ㅠ: 'back',
  ㅂ: 'quit',
  '\r': 'go-on',
  '\n': 'go-on',
};

/**
 * Single keys of the terminal, also on a Korean keyboard; other keys are ignored. Ctrl-C interrupts the program as usual, and
 * the end of the input is `quit`. `close` gives the terminal back.
 */
export function learnerAt(app: App, interrupt: () => void): Learner & { close(): void } {
  const { stdin } = app;
  const waiting: LearnerKey[] = [];
  let wake: (() => void) | undefined;
  const isRaw = stdin.isTTY === true;
  if (isRaw) stdin.setRawMode(true);
  const push = (key: LearnerKey): void => {
    waiting.push(key);
    wake?.();
  };
  const onData = (chunk: Buffer): void => {
    for (const character of chunk.toString()) {
      if (character === '\u0003') {
        interrupt();
        continue;
      }
      const key = KEYS[character.toLowerCase()];
      if (key !== undefined) push(key);
    }
  };
  const onEnd = (): void => push('quit');
  stdin.on('data', onData);
  stdin.on('end', onEnd);
  return {
    nextKey: (signal) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const key = waiting.shift();
          if (key === undefined) return;
          wake = undefined;
          signal.removeEventListener('abort', stop);
          resolve(key);
        };
        const stop = (): void => {
          wake = undefined;
          reject(signal.reason);
        };
        signal.addEventListener('abort', stop, { once: true });
        wake = look;
        look();
      }),
    close() {
      stdin.off('data', onData);
      stdin.off('end', onEnd);
      if (isRaw) stdin.setRawMode(false);
      stdin.pause();
    },
  };
}
