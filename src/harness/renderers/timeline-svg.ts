import { formatDuration } from '../../base/duration.ts';
import type { TimelineEntry } from '../rollout-timeline.ts';

const SIZE = { width: 720, height: 220, left: 40, right: 12, top: 12, bottom: 28 };

/** The canary's weight over lab time as an SVG picture; paused stretches are shaded. Empty text without entries. */
export function timelineSvg(timeline: readonly TimelineEntry[], title: string): string {
  const first = timeline[0];
  const last = timeline.at(-1);
  if (first === undefined || last === undefined) return '';
  const endMs = last.t + Math.max(1, (last.t - first.t) * 0.02);
  const x = (t: number): number =>
    Math.round((SIZE.left + ((t - first.t) / Math.max(1, endMs - first.t)) * (SIZE.width - SIZE.left - SIZE.right)) * 10) / 10;
  const y = (weight: number): number => Math.round((SIZE.top + (1 - weight / 100) * (SIZE.height - SIZE.top - SIZE.bottom)) * 10) / 10;
  const until = (index: number): number => timeline[index + 1]?.t ?? endMs;
  const shades = timeline.flatMap((entry, index) =>
    entry.phase === 'Paused'
      ? [
          `<rect class="paused" x="${x(entry.t)}" y="${SIZE.top}" width="${Math.max(0, x(until(index)) - x(entry.t))}" height="${SIZE.height - SIZE.top - SIZE.bottom}"/>`,
        ]
      : [],
  );
  const points = timeline.flatMap((entry, index) =>
    entry.weight === undefined ? [] : [`${x(entry.t)},${y(entry.weight)}`, `${x(until(index))},${y(entry.weight)}`],
  );
  const grid = [0, 25, 50, 75, 100].map(
    (weight) =>
      `<line class="grid" x1="${SIZE.left}" x2="${SIZE.width - SIZE.right}" y1="${y(weight)}" y2="${y(weight)}"/><text x="${SIZE.left - 6}" y="${y(weight) + 4}" text-anchor="end">${weight}</text>`,
  );
  return [
    `<svg class="timeline" viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" aria-label="${title}">`,
    ...shades,
    ...grid,
    `<polyline class="weight" points="${points.join(' ')}"/>`,
    `<text x="${SIZE.left}" y="${SIZE.height - 8}">0s</text><text x="${SIZE.width - SIZE.right}" y="${SIZE.height - 8}" text-anchor="end">${formatDuration(endMs - first.t)}</text>`,
    '</svg>',
  ].join('\n');
}
