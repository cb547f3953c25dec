import { measurementCounts } from '../../rollouts/tree/analysis-run-info.ts';
import { createPalette } from '../../rollouts/tree/colours.ts';
import { KIND_ICONS } from '../../rollouts/tree/icons.ts';
import type { ReplicaSetInfo, RolloutInfo } from '../../rollouts/tree/rollout-info.ts';
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

function treeLines(info: RolloutInfo, { lang, colour }: LiveOptions): string[] {
  const words = wordsIn(lang).live;
  const palette = createPalette(colour);
  const state = (item: { icon: string; status: string }): string => `${palette.icon(item.icon)} ${item.status}`;
  const where = [info.step === '' ? '' : words.step(info.step), info.setWeight === '' ? '' : words.weight(info.setWeight)];
  const revisions = [...new Set([...info.replicaSets, ...info.analysisRuns].map(({ revision }) => revision))].sort((a, b) => b - a);
  const rows = revisions.map((revision): Row => {
    const sets = info.replicaSets.filter((set) => set.revision === revision);
    return {
      text: joined([words.revision(revision), ...sets.flatMap((set) => [tagOf(set, palette), state(set)])]),
      children: [
        ...sets
          .flatMap(({ pods }) => pods)
          .map((pod) => ({
            text: joined([
              `${KIND_ICONS.Pod} ${pod.objectMeta.name}`,
              state(pod),
              pod.ready,
              pod.restarts > 0 ? words.restarts(pod.restarts) : '',
            ]),
            children: [],
          })),
        ...info.analysisRuns
          .filter((run) => run.revision === revision)
          .map((run) => ({
            text: joined([`${KIND_ICONS.AnalysisRun} ${run.objectMeta.name}`, state(run), measurementCounts(run)]),
            children: [],
          })),
      ],
    };
  });
  const lines = [joined([`${KIND_ICONS.Rollout} ${info.objectMeta.name}`, state(info), ...where])];
  const walk = (row: Row, lead: string, isLast: boolean): void => {
    lines.push(`${lead}${isLast ? '└─ ' : '├─ '}${row.text}`);
    for (const [index, child] of row.children.entries()) walk(child, `${lead}${isLast ? '   ' : '│  '}`, index === row.children.length - 1);
  };
  for (const [index, row] of rows.entries()) walk(row, '', index === rows.length - 1);
  return lines;
}

function tagOf(set: ReplicaSetInfo, palette: { tag(tag: string): string }): string {
  return (['stable', 'canary', 'active', 'preview'] as const)
    .filter((tag) => set[tag])
    .map(palette.tag)
    .join(',');
}

const joined = (cells: readonly string[]): string => cells.filter((cell) => cell !== '').join('  ');

const MAX_BAR = 40;
/** The signs differ too: colours alone do not tell everybody apart. */
const SIGNS: Readonly<Record<string, string>> = { stable: '█', active: '█', canary: '▒', preview: '▒' };
const OTHER_SIGN = '░';
/** Where no Rollout says which is which. */
const NAMELESS_SIGNS = ['█', '▒', '░'];
const CODES: Readonly<Record<string, number>> = { '█': 32, '▒': 33, '░': 36 };

function trafficLines({ rollout, traffic }: LivePicture, recent: LivePicture['traffic'], { lang, columns, colour }: LiveOptions): string[] {
  const words = wordsIn(lang).live;
  if (traffic.requests === 0) return [];
  const answered = Object.values(recent.byHash).reduce((sum, count) => sum + count, 0);
  const nameOf = (hash: string): string => {
    const set = rollout?.replicaSets.find(({ objectMeta }) => objectMeta.name.endsWith(`-${hash}`));
    const tag = (['stable', 'canary', 'active', 'preview'] as const).find((name) => set?.[name]);
    return tag ?? (set === undefined ? hash : words.revision(set.revision));
  };
  const parts = Object.entries(recent.byHash)
    .filter(([, count]) => count > 0)
    .map(([hash, count]) => ({ name: nameOf(hash), share: count / answered }))
    .sort((a, b) => Number(isNew(a.name)) - Number(isNew(b.name)) || a.name.localeCompare(b.name));
  const lead = `${words.traffic}  `;
  const length = Math.max(8, Math.min(MAX_BAR, columns - textWidth(lead) - 2));
  let at = 0;
  let until = 0;
  const bar = parts.map(({ name, share }, index) => {
    const sign = SIGNS[name] ?? (rollout === undefined ? NAMELESS_SIGNS[index % NAMELESS_SIGNS.length]! : OTHER_SIGN);
    until += share * length;
    const columnsHere = Math.round(until) - at;
    at += columnsHere;
    return { sign, text: painted(sign.repeat(columnsHere), CODES[sign]!, colour), legend: `${name} ${Math.round(share * 100)} %` };
  });
  const legend = bar.map(({ sign, legend: text }) => `${painted(sign, CODES[sign]!, colour)} ${text}`).join('  ');
  const counts = words.requests(traffic.requests, traffic.failures);
  const blank = ' '.repeat(textWidth(lead));
  return [lead + padToWidth(bar.map(({ text }) => text).join(''), length), `${blank}${joined([legend, counts])}`];
}

const isNew = (name: string): boolean => name === 'canary' || name === 'preview';

function painted(text: string, code: number, colour: boolean): string {
  return colour ? `\u001b[${code}m${text}\u001b[0m` : text;
}
