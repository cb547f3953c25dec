import type { LabEvent } from '../events.ts';
import type { Language } from '../text.ts';
import type { Renderer, Streams } from './renderer.ts';
import { linesOf, textWidth } from './text-width.ts';
import { wordsIn } from './words.ts';

/** Longer lines are hard to read. */
const MAX_COLUMNS = 100;

/** One line after another, without colour or cursor movement: for logs, CI and screen readers. */
export function createPlainRenderer(streams: Streams, lang: Language, columns = MAX_COLUMNS): Renderer {
  // Output comes in pieces that may end in the middle of a line.
  let isInLine = false;
  const write = (text: string, to: (text: string) => void): void => {
    if (text === '') return;
    if (isInLine) streams.err('\n');
    isInLine = false;
    to(text);
  };
  return {
    onEvent(event) {
      if (event.type === 'command-output') {
        if (event.text === '') return;
        streams.err(event.text);
        isInLine = !event.text.endsWith('\n');
        return;
      }
      write(plainText(event, lang, columns), event.type === 'lab-finished' ? streams.out : streams.err);
    },
    close: async () => {},
  };
}

/** The lines of one event, ending in a newline; empty when there is nothing to say. */
export function plainText(event: LabEvent, lang: Language, columns = MAX_COLUMNS): string {
  const words = wordsIn(lang);
  switch (event.type) {
    case 'lab-started':
      return `${event.title[lang]}\n${wrapped(event.summary[lang], '', columns)}${wrapped(clusterLine(event), '', columns)}`;
    case 'step-started':
      return `\n${words.step(event.index + 1, event.of)}: ${event.title[lang]}\n${wrapped(event.say[lang], '', columns)}`;
    case 'command-started':
      return `\n$ ${event.command}\n`;
    case 'command-output':
      return event.text.endsWith('\n') ? event.text : `${event.text}\n`;
    case 'command-finished':
      return event.exitCode === 0 ? '' : `(${words.exitCode(event.exitCode)})\n`;
    case 'time-passes':
      return `\n… ${words.timePasses(event.duration, event.how)}\n`;
    case 'why':
      return wrapped(`${words.why}: ${event.text[lang]}`, '  ', columns);
    case 'step-solved':
      return wrapped(`✔ ${event.title[lang]} (${words.solved})`, '', columns);
    case 'went-back':
      return `↶ ${words.wentBack(event.how, event.title[lang])}\n`;
    case 'back-impossible':
      return wrapped(words.backImpossible, '  ', columns);
    case 'turn-started':
      return `\n${words.yourTurn}\n${event.commands.map((command) => `    ${command}\n`).join('')}${wrapped(words.keys(event.waitsFor), '  ', columns)}`;
    case 'unmet':
      return `  ${words.notYet}: ${event.title[lang]} (${words.expected} ${event.expected}, ${words.observed} ${event.observed})\n`;
    case 'hint':
      return hintText(event, lang);
    case 'learner-quit':
      return `\n${words.quit}\n`;
    case 'note':
      return wrapped(`${words.note}: ${event.text[lang]}`, '  ', columns);
    case 'check-passed':
      return `✔ ${event.title[lang]} (${event.result.observed})\n`;
    case 'check-failed':
      return failureText(event, lang);
    // After a failure or an interruption that is a long list of nothing: the last line counts it, the reports have it.
    case 'check-skipped':
      return '';
    case 'lab-finished':
      return `\n${wrapped(words.summary(event.outcome, event.checks, (event.durationMs / 1000).toFixed(1)), '', columns)}`;
    default:
      return '';
  }
}

function clusterLine({ cluster, seed }: Extract<LabEvent, { type: 'lab-started' }>): string {
  return `${cluster.provider} · Kubernetes ${cluster.kubernetes} · ${cluster.ingressUrl} · seed ${seed}`;
}

/** A failed check: what was expected, what was seen, how to look, what to do. */
export function failureText(event: Extract<LabEvent, { type: 'check-failed' }>, lang: Language): string {
  const words = wordsIn(lang);
  const { expected, observed, detail } = event.result;
  const rows: [string, string][] = [
    [words.expected, expected],
    [words.observed, observed],
  ];
  if (detail !== '') rows.push(['', detail]);
  rows.push([words.look, event.look]);
  if (event.next !== undefined) rows.push([words.next, event.next[lang]]);
  const body = rows.map(([name, text]) => `  ${name === '' ? '' : `${name}: `}${text.replaceAll('\n', '\n    ')}\n`).join('');
  return `✖ ${event.title[lang]} [${event.check}]\n${body}`;
}

function hintText({ text, unmet }: Extract<LabEvent, { type: 'hint' }>, lang: Language): string {
  const words = wordsIn(lang);
  const rows = [
    ...(text === undefined ? [] : [text[lang]]),
    ...(unmet === undefined
      ? []
      : [
          `${words.notYet}: ${unmet.title[lang]} (${words.expected} ${unmet.expected}, ${words.observed} ${unmet.observed})`,
          ...(unmet.next === undefined ? [] : [unmet.next[lang]]),
          `${words.look}: ${unmet.look}`,
        ]),
  ];
  return rows.map((row) => wrapped(`${words.hint}: ${row}`, '  ')).join('');
}

/** Text in lines of at most `columns` (never more than 100); Korean and other wide characters count twice. */
export function wrapped(text: string, indent = '', columns = MAX_COLUMNS): string {
  return linesOf(text, Math.min(columns, MAX_COLUMNS) - textWidth(indent))
    .map((row) => `${indent}${row}\n`)
    .join('');
}
