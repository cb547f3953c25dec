import type { Clock, Timer } from '../../base/clock.ts';
import type { LabEvent } from '../events.ts';
import type { LiveSource } from '../live-source.ts';
import type { Language } from '../text.ts';
import { liveLines } from './live-lines.ts';
import { LiveRegion, type Screen } from './live-region.ts';
import { plainText } from './plain.ts';
import { RecentTraffic } from './recent-traffic.ts';
import type { Renderer } from './renderer.ts';
import { cutToWidth, linesOf } from './text-width.ts';
import { wordsIn } from './words.ts';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 120;
const LIVE_ROWS = 12;

/**
 * For terminals: what has happened scrolls as in the plain form, with colours; below it stand, while a step runs, what is going on, the
 * Rollout as a tree and the traffic as a bar.
 */
export class TerminalRenderer implements Renderer {
  readonly #out: (text: string) => void;
  readonly #screen: Screen;
  readonly #region: LiveRegion;
  readonly #lang: Language;
  readonly #clock: Clock;
  readonly #recent = new RecentTraffic();
  #timer: Timer | undefined;
  #live: LiveSource | undefined;
  #going: { title: string; sinceMs: number } | undefined;
  #isInStep = false;
  #frame = 0;

  constructor(streams: { out: (text: string) => void; screen: Screen }, lang: Language, clock: Clock) {
    this.#out = streams.out;
    this.#screen = streams.screen;
    this.#region = new LiveRegion(streams.screen);
    this.#lang = lang;
    this.#clock = clock;
  }

  /** What the lines below show from now on. */
  readonly setLive = (live: LiveSource | undefined): void => {
    this.#live = live;
  };

  onEvent(event: LabEvent): void {
    this.#follow(event);
    const plain = cleaned(plainText(event, this.#lang, this.#screen.columns));
    const text = coloured(event, event.type === 'check-passed' ? hanging(plain, this.#screen.columns) : plain);
    if (event.type === 'lab-finished') {
      this.#region.show([]);
      this.#out(text);
    } else {
      this.#region.print(text);
      this.#draw();
    }
  }

  async close(): Promise<void> {
    this.#isInStep = false;
    this.#timer?.cancel();
    this.#region.show([]);
  }

  /** What is going on, and whether the lines are shown. */
  #follow(event: LabEvent): void {
    const going = (title: string): void => {
      this.#going = { title, sinceMs: this.#clock.nowMs() };
      if (this.#isInStep) return;
      this.#isInStep = true;
      this.#tick();
    };
    switch (event.type) {
      case 'command-started':
        going(`$ ${event.command}`);
        break;
      case 'check-started':
        going(event.title[this.#lang]);
        break;
      case 'time-passes':
        going(wordsIn(this.#lang).timePasses(event.duration, event.how));
        break;
      case 'turn-started':
        going(wordsIn(this.#lang).live.waits);
        break;
      case 'unmet':
        going(`${wordsIn(this.#lang).notYet}: ${event.title[this.#lang]}`);
        break;
      case 'command-finished':
      case 'check-passed':
      case 'check-failed':
      case 'time-passed':
        this.#going = undefined;
        break;
      case 'step-finished':
      case 'learner-quit':
      case 'lab-finished':
        this.#going = undefined;
        this.#isInStep = false;
        this.#timer?.cancel();
        this.#region.show([]);
        break;
      default:
    }
  }

  #tick(): void {
    this.#frame += 1;
    this.#draw();
    this.#timer = this.#clock.after(FRAME_MS, () => this.#tick());
  }

  #draw(): void {
    if (!this.#isInStep) return;
    const { columns, rows } = this.#screen;
    const width = Math.max(10, columns - 1);
    const nowMs = this.#clock.nowMs();
    const lines: string[] = [];
    if (this.#going !== undefined) {
      const seconds = Math.floor((nowMs - this.#going.sinceMs) / 1000);
      lines.push(cutToWidth(`${FRAMES[this.#frame % FRAMES.length]} ${seconds > 0 ? `${seconds} s  ` : ''}${this.#going.title}`, width));
    }
    const picture = this.#live?.look();
    if (picture !== undefined) {
      const recent = this.#recent.add(nowMs, picture.traffic);
      const room = Math.max(3, Math.min(LIVE_ROWS, rows - 6));
      lines.push(...liveLines(picture, recent, { lang: this.#lang, columns: width, rows: room, colour: true }));
    }
    this.#region.show(lines.length === 0 ? [] : [`\u001b[2m${'─'.repeat(Math.min(width, 60))}\u001b[0m`, ...lines]);
  }
}

/** One line in as many as the width asks for, below its first word. */
function hanging(text: string, columns: number): string {
  return `${linesOf(text.trimEnd(), Math.max(10, columns - 2)).join('\n  ')}\n`;
}

/** Without what moves the cursor: programs may write it. */
function cleaned(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for.
  return text.replace(/\u001b\[[\d;?]*[A-LN-Za-z]|\u001b\[[\d;?]*[a-ln-z]|\r/g, (found) => (found.endsWith('m') ? found : ''));
}

/** The first sign of a line in its colour; titles and commands bold. */
function coloured(event: LabEvent, text: string): string {
  const paint = (code: number, part: string): string => `\u001b[${code}m${part}\u001b[0m`;
  switch (event.type) {
    case 'check-passed':
    case 'step-solved':
      return text.replace(/^✔/, paint(32, '✔'));
    case 'check-failed':
      return text.replace(/^✖.*/, (line) => paint(31, line));
    case 'command-started':
      return text.replace(/^\$ .*/m, (line) => paint(36, line));
    case 'command-output':
      return text.replace(/^(?=.)/gm, '  ');
    case 'step-started':
    case 'lab-started':
      return text.replace(/^.+/m, (line) => paint(1, line));
    case 'note':
    case 'why':
      return text.replace(/^ *[^:]+:/, (line) => paint(33, line));
    default:
      return text;
  }
}
