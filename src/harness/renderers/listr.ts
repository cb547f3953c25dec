import { Listr, ListrLogger, ProcessOutput } from 'listr2';
import type { LabEvent } from '../events.ts';
import type { Language } from '../text.ts';
import { plainText } from './plain.ts';
import type { Renderer } from './renderer.ts';
import { wordsIn } from './words.ts';

interface Item {
  finish: (end: { ok: boolean; title: string }) => void;
}

/**
 * For terminals: a spinner for the command or check that is going on, and plain lines for everything else. Each item is a
 * list of one task, so that output can stand between them. listr2's own signal handlers stay off: `cli/main.ts` owns signals.
 */
export function createListrRenderer(streams: { out: (text: string) => void; terminal: NodeJS.WriteStream }, lang: Language): Renderer {
  const toTerminal = (text: string): void => {
    streams.terminal.write(text);
  };
  const logger = new ListrLogger({ useIcons: false, processOutput: new ProcessOutput(streams.terminal, streams.terminal) });
  const words = wordsIn(lang);
  let tail: Promise<void> = Promise.resolve();
  let current: Item | undefined;
  const buffered: string[] = [];
  const write = (text: string, to: (text: string) => void = toTerminal): void => {
    if (text !== '') tail = tail.then(() => to(text));
  };

  const begin = (title: string): void => {
    const ended = Promise.withResolvers<{ ok: boolean; title: string }>();
    current = { finish: ended.resolve };
    tail = tail.then(async () => {
      const list = new Listr(
        [
          {
            title,
            task: async (_, task) => {
              const end = await ended.promise;
              task.title = end.title;
              if (!end.ok) throw new Error(end.title);
            },
          },
        ],
        {
          registerSignalListeners: false,
          exitOnError: false,
          collectErrors: false,
          rendererOptions: { logger, collapseErrors: true, showErrorMessage: false },
        },
      );
      await list.run().catch(() => undefined);
    });
  };
  const end = (ok: boolean, title: string): void => {
    current?.finish({ ok, title });
    current = undefined;
  };

  return {
    onEvent(event: LabEvent) {
      switch (event.type) {
        case 'command-started':
          begin(`$ ${event.command}`);
          break;
        case 'command-output':
          buffered.push(event.text);
          break;
        case 'command-finished':
          end(event.exitCode === 0, `$ ${event.command}${event.exitCode === 0 ? '' : ` (${words.exitCode(event.exitCode)})`}`);
          write(indented(buffered.splice(0).join('')));
          break;
        case 'time-passes':
          begin(words.timePasses(event.duration, event.how));
          break;
        case 'time-passed':
          end(true, words.timePasses(event.duration, 'jump'));
          break;
        case 'check-started':
          begin(event.title[lang]);
          break;
        case 'check-passed':
          end(true, `${event.title[lang]} (${event.result.observed})`);
          break;
        case 'check-failed':
          end(false, `${event.title[lang]} [${event.check}]`);
          write(afterFirstLine(plainText(event, lang)));
          break;
        case 'lab-finished':
          end(false, '');
          write(plainText(event, lang), streams.out);
          break;
        default:
          write(plainText(event, lang, streams.terminal.columns));
      }
    },
    close: async () => {
      end(false, '');
      await tail;
    },
  };
}

/** The spinner's own line already names the check. */
function afterFirstLine(text: string): string {
  return text.slice(text.indexOf('\n') + 1);
}

function indented(text: string): string {
  return text === ''
    ? ''
    : text
        .trimEnd()
        .split('\n')
        .map((line) => `  ${line}\n`)
        .join('');
}
