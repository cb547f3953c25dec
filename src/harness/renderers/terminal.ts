import type { Clock } from '../../base/clock.ts';
import type { LabEvent } from '../events.ts';
import type { LiveSource } from '../live-source.ts';
import type { Language } from '../text.ts';
import { liveLines } from './live-lines.ts';
import { plainText } from './plain.ts';
import { RecentTraffic } from './recent-traffic.ts';
import type { Renderer } from './renderer.ts';
import type { Screen } from './screen.ts';
import { TaskList } from './task-list.ts';
import { cutToWidth } from './text-width.ts';
import { wordsIn } from './words.ts';

const LIVE_ROWS = 12;
const OUTPUT_ROWS = 4;

/** What goes on, while it does. */
interface Going {
  title: string;
  sinceMs: number;
  finish: (end: { ok: boolean; title: string }) => void;
}

/**
 * For terminals: what goes on is a task of listr2's, and below it stand the last lines that a command wrote, the Rollout as a tree and the
 * traffic as a bar. What has happened scrolls above it as in the plain form, with colours.
 */
export class TerminalRenderer implements Renderer {
  readonly #out: (text: string) => void;
  readonly #screen: Screen;
  readonly #tasks: TaskList;
  readonly #lang: Language;
  readonly #clock: Clock;
  readonly #recent = new RecentTraffic();
  /** Tasks and texts are drawn in the order of their events. */
  #tail: Promise<void> = Promise.resolve();
  #live: LiveSource | undefined;
  #going: Going | undefined;
  /** What is shown while the learner's turn lasts and nothing else goes on. */
  #waitsFor: string | undefined;
  /** What the command that goes on has written. */
  #written = '';

  constructor(streams: { out: (text: string) => void; screen: Screen }, lang: Language, clock: Clock) {
    this.#out = streams.out;
    this.#screen = streams.screen;
    this.#tasks = new TaskList(streams.screen, clock);
    this.#lang = lang;
    this.#clock = clock;
  }

  /** What the lines below the task show from now on. */
  readonly setLive = (live: LiveSource | undefined): void => {
    this.#live = live;
  };

  readonly drawn = (): Promise<void> => this.#tail;

  onEvent(event: LabEvent): void {
    const words = wordsIn(this.#lang);
    switch (event.type) {
      case 'command-started':
        this.#write('\n');
        this.#begin(commandTitle(event.command));
        break;
      case 'command-output':
        this.#written += cleaned(event.text);
        break;
      case 'command-finished':
        this.#end(
          event.exitCode === 0,
          `${commandTitle(event.command)}${event.exitCode === 0 ? '' : ` (${words.exitCode(event.exitCode)})`}`,
        );
        break;
      case 'time-passes':
        this.#write('\n');
        this.#begin(words.timePasses(event.duration, event.how));
        break;
      case 'time-passed':
        this.#end(true);
        break;
      case 'check-started':
        this.#begin(event.title[this.#lang]);
        break;
      case 'check-passed':
        this.#end(true, cleaned(`${event.title[this.#lang]} (${event.result.observed})`));
        break;
      case 'check-failed':
        this.#end(false, painted(31, `${event.title[this.#lang]} [${event.check}]`));
        this.#write(afterFirstLine(this.#textOf(event)));
        break;
      case 'lab-finished':
        this.#stop();
        this.#write(this.#textOf(event), this.#out);
        break;
      case 'step-finished':
      case 'learner-quit':
        this.#stop();
        this.#write(this.#textOf(event));
        break;
      case 'turn-started':
        this.#say(event);
        this.#wait(words.live.waits);
        break;
      case 'unmet':
        this.#say(event);
        this.#wait(`${words.notYet}: ${event.title[this.#lang]}`);
        break;
      default:
        this.#say(event);
    }
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#tail;
  }

  #write(text: string, to: (text: string) => void = (part) => this.#screen.write(part)): void {
    if (text !== '') this.#tail = this.#tail.then(() => to(text));
  }

  #textOf(event: LabEvent): string {
    return coloured(event, cleaned(plainText(event, this.#lang, this.#screen.columns)));
  }

  /** Text that stays. A wait makes room for it and goes on below. */
  #say(event: LabEvent): void {
    const text = this.#textOf(event);
    if (text === '') return;
    if (this.#waitsFor !== undefined) this.#finish(true);
    this.#write(text);
    if (this.#waitsFor !== undefined) this.#show(this.#waitsFor, true);
  }

  #wait(title: string): void {
    this.#finish(true);
    this.#waitsFor = title;
    this.#show(title, true);
  }

  #begin(title: string): void {
    this.#finish(true);
    this.#show(title, false);
  }

  #end(ok: boolean, title?: string): void {
    this.#finish(ok, title);
    if (this.#waitsFor !== undefined) this.#show(this.#waitsFor, true);
  }

  /** The step is over, or the run. What still goes on was not done. */
  #stop(): void {
    this.#waitsFor = undefined;
    this.#finish(false);
  }

  /** The task that goes on has ended; what it wrote follows it. */
  #finish(ok: boolean, title = this.#going?.title ?? ''): void {
    this.#going?.finish({ ok, title });
    this.#going = undefined;
    const written = this.#written.trimEnd();
    this.#written = '';
    if (written !== '') this.#write(`${written.replace(/^(?=.)/gm, '  ')}\n`);
  }

  #show(title: string, isPassing: boolean): void {
    const ended = Promise.withResolvers<{ ok: boolean; title: string }>();
    const going: Going = { title, sinceMs: this.#clock.nowMs(), finish: ended.resolve };
    this.#going = going;
    const running = {
      title: (): string => {
        const seconds = Math.floor((this.#clock.nowMs() - going.sinceMs) / 1000);
        return seconds > 0 ? `${seconds} s  ${title}` : title;
      },
      output: () => this.#liveLines().join('\n'),
      ended: ended.promise,
      isPassing,
    };
    this.#tail = this.#tail.then(() => this.#tasks.draw(running));
  }

  #liveLines(): string[] {
    const columns = this.#tasks.outputColumns;
    const written = this.#written === '' ? [] : this.#written.trimEnd().split('\n').slice(-OUTPUT_ROWS);
    const picture = this.#live?.look();
    const room = Math.max(3, Math.min(LIVE_ROWS, this.#screen.rows - 6 - written.length));
    const live =
      picture === undefined
        ? []
        : liveLines(picture, this.#recent.add(this.#clock.nowMs(), picture.traffic), {
            lang: this.#lang,
            columns,
            rows: room,
            colour: true,
          });
    return [...written.map((line) => cutToWidth(line, columns)), ...live];
  }
}

const commandTitle = (command: string): string => painted(36, `$ ${cleaned(command)}`);

const painted = (code: number, text: string): string => `\u001b[${code}m${text}\u001b[0m`;

/** The task's own line already names the check. */
function afterFirstLine(text: string): string {
  return text.slice(text.indexOf('\n') + 1);
}

/** Without what moves the cursor: programs may write it. */
function cleaned(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for.
  return text.replace(/\u001b\[[\d;?]*[A-LN-Za-z]|\u001b\[[\d;?]*[a-ln-z]|\r/g, (found) => (found.endsWith('m') ? found : ''));
}

/** The first sign of a line in its colour; titles bold. */
function coloured(event: LabEvent, text: string): string {
  switch (event.type) {
    case 'step-solved':
      return text.replace(/^✔/, painted(32, '✔'));
    case 'step-started':
    case 'lab-started':
      return text.replace(/^.+/m, (line) => painted(1, line));
    case 'note':
    case 'why':
      return text.replace(/^ *[^:]+:/, (line) => painted(33, line));
    default:
      return text;
  }
}
