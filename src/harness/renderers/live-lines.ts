import type { LiveRollout, LiveState, LiveTag } from '../live-rollout.ts';
import type { LivePicture } from '../live-source.ts';
import type { Language } from '../text.ts';
import { cutToWidth, padToWidth, textWidth } from './text-width.ts';
import { wordsIn } from './words.ts';

export interface LiveOptions {
  lang: Language;
  /** No line is wider. */
  columns: number;
  /** How many lines there may be. */
  rows: number;
  colour: boolean;
}

interface Row {
  text: string;
  children: Row[];
}

/** The lines of a walk at one moment: the Rollout as a tree, and the traffic as a bar. `recent`: the requests of the last seconds. */
export function liveLines(picture: LivePicture, recent: LivePicture['traffic'], options: LiveOptions): string[] {
  const traffic = trafficLines(picture, recent, options);
  const tree = picture.rollout === undefined ? [] : treeLines(picture.rollout, options);
  const room = Math.max(1, options.rows - traffic.length);
  const shown = tree.length <= room ? tree : [...tree.slice(0, room - 1), wordsIn(options.lang).live.more(tree.length - room + 1)];
  return [...shown, ...traffic].map((line) => cutToWidth(line, options.columns));
}

function treeLines(rollout: LiveRollout, { lang, colour }: LiveOptions): string[] {
  const words = wordsIn(lang).live;
  const state = ({ icon, status }: Pick<LiveState, 'icon' | 'status'>): string => `${painted(icon, ICON_CODES[icon], colour)} ${status}`;
  const rows = rollout.revisions.map(({ number, sets, pods, analysisRuns }): Row => {
    const tag = (name: LiveTag | undefined): string => (name === undefined ? '' : painted(name, CODES[SIGNS[name]]!, colour));
    return {
      text: joined([words.revision(number), ...sets.flatMap((set) => [tag(set.tag), state(set)])]),
      children: [
        ...pods.map((pod) => joined([`□ ${pod.name}`, state(pod), pod.ready, pod.restarts > 0 ? words.restarts(pod.restarts) : ''])),
        ...analysisRuns.map((run) => joined([`α ${run.name}`, state(run), run.counts])),
      ].map((text) => ({ text, children: [] })),
    };
  });
  const step = rollout.step === '' ? '' : words.step(rollout.step);
  const lines = [joined([`⟳ ${rollout.name}`, state(rollout), step, rollout.weight === '' ? '' : words.weight(rollout.weight)])];
  const walk = (row: Row, lead: string, isLast: boolean): void => {
    lines.push(`${lead}${isLast ? '└─ ' : '├─ '}${row.text}`);
    for (const [index, child] of row.children.entries()) walk(child, `${lead}${isLast ? '   ' : '│  '}`, index === row.children.length - 1);
  };
  for (const [index, row] of rows.entries()) walk(row, '', index === rows.length - 1);
  return lines;
}

const joined = (cells: readonly string[]): string => cells.filter((cell) => cell !== '').join('  ');

const MAX_BAR = 40;
/** The signs differ too: colours alone do not tell everybody apart. */
const SIGNS: Readonly<Record<LiveTag, string>> = { stable: '█', active: '█', canary: '▒', preview: '▒' };
const OTHER_SIGN = '░';
/** Where no Rollout says which is which. */
const NAMELESS_SIGNS = ['█', '▒', '░'];
const CODES: Readonly<Record<string, number>> = { '█': 32, '▒': 33, '░': 36 };
const ICON_CODES: Readonly<Record<string, number>> = { '✔': 32, '✖': 31, '⚠': 33, '◌': 36, '॥': 36, '◷': 36, '?': 33 };

function trafficLines({ rollout, traffic }: LivePicture, recent: LivePicture['traffic'], { lang, columns, colour }: LiveOptions): string[] {
  const words = wordsIn(lang).live;
  if (traffic.requests === 0) return [];
  const answered = Object.values(recent.byHash).reduce((sum, count) => sum + count, 0);
  const parts = Object.entries(recent.byHash)
    .filter(([, count]) => count > 0)
    .map(([hash, count]) => {
      const revision = rollout?.revisions.find(({ sets }) => sets.some((set) => set.hash === hash));
      const tag = revision?.sets.find((set) => set.hash === hash)?.tag;
      return { tag, name: tag ?? (revision === undefined ? hash : words.revision(revision.number)), share: count / answered };
    })
    .sort((a, b) => Number(isNew(a.tag)) - Number(isNew(b.tag)) || a.name.localeCompare(b.name));
  const lead = `${words.traffic}  `;
  const length = Math.max(8, Math.min(MAX_BAR, columns - textWidth(lead) - 2));
  let at = 0;
  let until = 0;
  const bar = parts.map(({ tag, name, share }, index) => {
    const nameless = rollout === undefined ? NAMELESS_SIGNS[index % NAMELESS_SIGNS.length]! : OTHER_SIGN;
    const sign = tag === undefined ? nameless : SIGNS[tag];
    until += share * length;
    const columnsHere = Math.round(until) - at;
    at += columnsHere;
    return { sign, text: painted(sign.repeat(columnsHere), CODES[sign]!, colour), legend: `${name} ${Math.round(share * 100)} %` };
  });
  const legend = bar.map(({ sign, legend: text }) => `${painted(sign, CODES[sign]!, colour)} ${text}`).join('  ');
  const counts = words.requests(traffic.requests, traffic.failures);
  const blank = ' '.repeat(textWidth(lead));
  const below = joined([legend, counts]);
  const rows = textWidth(blank + below) <= columns ? [below] : [legend, counts];
  return [lead + padToWidth(bar.map(({ text }) => text).join(''), length), ...rows.map((row) => blank + row)];
}

const isNew = (tag: LiveTag | undefined): boolean => tag === 'canary' || tag === 'preview';

function painted(text: string, code: number | undefined, colour: boolean): string {
  return colour && code !== undefined ? `\u001b[${code}m${text}\u001b[0m` : text;
}
