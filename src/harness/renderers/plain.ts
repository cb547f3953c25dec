import type { LabEvent } from '../events.ts';
import type { Language } from '../text.ts';
import type { Renderer, Streams } from './renderer.ts';
import { wordsIn } from './words.ts';

/** One line after another, without colour or cursor movement: for logs, CI and screen readers. */
export function createPlainRenderer(streams: Streams, lang: Language): Renderer {
  return {
    onEvent(event) {
      const text = plainText(event, lang);
      if (text === '') return;
      (event.type === 'lab-finished' ? streams.out : streams.err)(text);
    },
    close: async () => {},
  };
}

/** The lines of one event, ending in a newline; empty when there is nothing to say. */
export function plainText(event: LabEvent, lang: Language): string {
  const words = wordsIn(lang);
  switch (event.type) {
    case 'lab-started':
      return `${event.title[lang]}\n${event.summary[lang]}\n${event.cluster.provider} · Kubernetes ${event.cluster.kubernetes} · ${event.cluster.ingressUrl} · seed ${event.seed}\n`;
    case 'step-started':
      return `\n${words.step(event.index + 1, event.of)}: ${event.title[lang]}\n${wrapped(event.say[lang])}`;
    case 'command-started': return `\n$ ${event.command}\n`;
    case 'command-output': return event.text.endsWith('\n') ? event.text : `${event.text}\n`;
    case 'command-finished': return event.exitCode === 0 ? '' : `(${words.exitCode(event.exitCode)})\n`;
    case 'time-passes': return `\n… ${words.timePasses(event.duration, event.how)}\n`;
    case 'note': return wrapped(`${words.note}: ${event.text[lang]}`, '  ');
    case 'check-passed': return `✔ ${event.title[lang]} (${event.result.observed})\n`;
    case 'check-failed': return failureText(event, lang);
    case 'check-skipped': return `- ${event.title[lang]} (${words.skipped})\n`;
    case 'lab-finished': return `\n${words.summary(event.outcome, event.checks, (event.durationMs / 1000).toFixed(1))}\n`;
    default: return '';
  }
}

/** A failed check: what was expected, what was seen, how to look, what to do. */
export function failureText(event: Extract<LabEvent, { type: 'check-failed' }>, lang: Language): string {
  const words = wordsIn(lang);
  const { expected, observed, detail } = event.result;
  const rows: [string, string][] = [[words.expected, expected], [words.observed, observed]];
  if (detail !== '') rows.push(['', detail]);
  rows.push([words.look, event.look]);
  if (event.next !== undefined) rows.push([words.next, event.next[lang]]);
  const body = rows.map(([name, text]) => `  ${name === '' ? '' : `${name}: `}${text.replaceAll('\n', '\n    ')}\n`).join('');
  return `✖ ${event.title[lang]} [${event.check}]\n${body}`;
}

/** Text in lines of at most 100 columns; Korean and other wide characters count twice. */
export function wrapped(text: string, indent = ''): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && width(`${indent}${line} ${word}`) > 100) { lines.push(line); line = word; } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((row) => `${indent}${row}\n`).join('');
}

function width(text: string): number {
  let columns = 0;
  for (const character of text) columns += /[\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff\uff00-\uff60]/.test(character) ? 2 : 1;
  return columns;
}
