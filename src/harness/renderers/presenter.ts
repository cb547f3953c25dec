import type { Clock, Timer } from '../../base/clock.ts';
import type { LabEvent } from '../events.ts';
import type { LiveSource } from '../live-source.ts';
import type { PauseAt } from '../pause.ts';
import type { Language } from '../text.ts';
import { BigText } from './big-text.ts';
import { liveLines } from './live-lines.ts';
import { failureText, plainText } from './plain.ts';
import { RecentTraffic } from './recent-traffic.ts';
import type { Renderer } from './renderer.ts';
import type { Screen } from './screen.ts';
import { type Slide, slideLines } from './slide.ts';
import { wordsIn } from './words.ts';

export type PresenterKey = 'next' | 'back' | 'quit';

export interface PresenterOptions {
  out: (text: string) => void;
  screen: Screen;
  /** The next key that is pressed from now on. */
  nextKey: (signal: AbortSignal) => Promise<PresenterKey>;
  /** Ends the run. */
  quit: () => void;
  signal: AbortSignal;
  clock: Clock;
}

const FRAME_MS = 250;
const LIVE_ROWS = 9;
const GREEN = 32;
const RED = 31;
const CYAN = 36;
const OTHER_SCREEN = '\u001b[?1049h\u001b[?25l';
const USUAL_SCREEN = '\u001b[?25h\u001b[?1049l';

/** For a room: one idea at a time, large, on a screen of its own; a person goes on by hand. */
export class Presenter implements Renderer {
  readonly #options: PresenterOptions;
  readonly #lang: Language;
  readonly #bigText = new BigText();
  readonly #recent = new RecentTraffic();
  readonly #past: Slide[] = [];
  #slide: Slide = { header: '', big: undefined, body: [], live: [], footer: '' };
  #live: LiveSource | undefined;
  #timer: Timer | undefined;
  #where = '';
  #isOpen = false;
  #isLookingBack = false;

  constructor(options: PresenterOptions, lang: Language) {
    this.#options = options;
    this.#lang = lang;
  }

  readonly setLive = (live: LiveSource | undefined): void => {
    this.#live = live;
  };

  onEvent(event: LabEvent): void {
    const words = wordsIn(this.#lang);
    const add = (text: string, colour?: number): void => this.#add({ text, colour });
    switch (event.type) {
      case 'lab-started':
        this.#open();
        this.#where = event.title[this.#lang];
        this.#next(event.title[this.#lang], [
          event.summary[this.#lang],
          '',
          `${event.cluster.provider} · Kubernetes ${event.cluster.kubernetes}`,
        ]);
        break;
      case 'step-solved':
      case 'went-back':
        add(plainText(event, this.#lang).trimEnd());
        break;
      case 'step-started':
        this.#where = `${words.step(event.index + 1, event.of)} · ${event.title[this.#lang]}`;
        this.#next(event.title[this.#lang], [event.say[this.#lang]]);
        break;
      case 'command-started':
        this.#next(undefined, []);
        add(`$ ${event.command}`, CYAN);
        add('');
        this.#run();
        break;
      case 'command-output':
        this.#add({ text: event.text.trimEnd(), keepsLines: true });
        break;
      case 'command-finished':
        if (event.exitCode !== 0) add(`(${words.exitCode(event.exitCode)})`, RED);
        break;
      case 'time-passes':
        this.#next(words.timePasses(event.duration, event.how), []);
        this.#run();
        break;
      case 'check-started':
        if (this.#slide.big !== words.presenter.checks) this.#next(words.presenter.checks, []);
        this.#run();
        break;
      case 'check-passed':
        add(`✔ ${event.title[this.#lang]}`, GREEN);
        break;
      case 'check-failed':
        add(failureText(event, this.#lang).trimEnd(), RED);
        break;
      case 'why':
        this.#next(words.why, [event.text[this.#lang]]);
        break;
      case 'note':
        this.#next(words.note, [event.text[this.#lang]]);
        break;
      case 'lab-finished':
        this.#close();
        this.#options.out(plainText(event, this.#lang).trimStart());
        break;
      default:
    }
  }

  /** Resolves when the presenter goes on; looking back at earlier slides comes before that. */
  async pause(moment: PauseAt): Promise<void> {
    const { signal, nextKey, quit } = this.#options;
    // What the walk does next is seen while one speaks about it.
    if (moment.at !== 'output' && moment.at !== 'checks') this.#rest();
    const { presenter } = wordsIn(this.#lang);
    if (moment.at === 'command') {
      this.#next(moment.command, []);
      this.#slide = { ...this.#slide, exact: `$ ${moment.command}`, footer: presenter.beforeCommand };
    } else this.#slide = { ...this.#slide, footer: presenter.keys };
    const last = this.#past.length;
    let at = last;
    while (at <= last) {
      this.#isLookingBack = at < last;
      const past = this.#past[at];
      this.#draw(past === undefined ? this.#slide : { ...past, footer: presenter.keys });
      const key = await nextKey(signal);
      if (key === 'quit') quit();
      signal.throwIfAborted();
      at = key === 'back' ? Math.max(0, at - 1) : at + 1;
    }
    this.#rest();
    this.#slide = { ...this.#slide, footer: '' };
    this.#draw(this.#slide);
  }

  /** Draws again, for a terminal that has another size now. */
  redraw(): void {
    this.#draw(this.#slide);
  }

  async close(): Promise<void> {
    this.#close();
  }

  #next(big: string | undefined, body: readonly string[]): void {
    if (this.#slide.body.length > 0 || this.#slide.big !== undefined) this.#past.push({ ...this.#slide, live: [] });
    this.#slide = { header: this.#where, big, body: body.map((text) => ({ text })), live: [], footer: '' };
    this.#draw(this.#slide);
  }

  #add(line: Slide['body'][number]): void {
    this.#slide = { ...this.#slide, body: [...this.#slide.body, line] };
    this.#draw(this.#slide);
  }

  /** Shows the walk below the slide until `#rest`. */
  #run(): void {
    this.#timer?.cancel();
    const { columns, rows } = this.#options.screen;
    const picture = this.#live?.look();
    if (picture !== undefined && rows >= 24) {
      const recent = this.#recent.add(this.#options.clock.nowMs(), picture.traffic);
      const live = liveLines(picture, recent, { lang: this.#lang, columns: columns - 1, rows: LIVE_ROWS, colour: true });
      this.#slide = { ...this.#slide, live };
      if (!this.#isLookingBack) this.#draw(this.#slide);
    }
    this.#timer = this.#options.clock.after(FRAME_MS, () => this.#run());
  }

  #rest(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #draw(slide: Slide): void {
    if (!this.#isOpen) return;
    const lines = slideLines(slide, this.#options.screen, this.#bigText);
    this.#options.screen.write(`\u001b[H${lines.map((line) => `${line}\u001b[K`).join('\r\n')}\u001b[J`);
  }

  #open(): void {
    this.#isOpen = true;
    this.#options.screen.write(OTHER_SCREEN);
  }

  #close(): void {
    this.#rest();
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#options.screen.write(USUAL_SCREEN);
  }
}
