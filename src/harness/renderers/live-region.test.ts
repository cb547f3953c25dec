import { expect, it } from 'vitest';
import { TerminalScreen } from '../../../test/support/terminal-screen.ts';
import { LiveRegion } from './live-region.ts';

it('keeps what scrolls above what changes, and leaves only the text at the end', () => {
  const screen = new TerminalScreen(40, 10);
  const region = new LiveRegion(screen);
  const kept: string[] = [];
  for (let round = 0; round < 30; round++) {
    region.print(`line ${round}\n`);
    kept.push(`line ${round}`);
    region.show(Array.from({ length: 1 + (round % 4) }, (_, index) => `live ${round}.${index} 카나리아`));
    expect(screen.text.split('\n').slice(0, kept.length)).toEqual(kept);
    expect(screen.text.match(/live/g)).toHaveLength(1 + (round % 4));
  }
  region.show([]);
  expect(screen.text.trimEnd()).toBe(kept.join('\n'));
});

it('scrolls a long output without losing a line of it', () => {
  const screen = new TerminalScreen(20, 6);
  const region = new LiveRegion(screen);
  region.show(['tree', 'bar']);
  const output = Array.from({ length: 50 }, (_, index) => `row-${index}-${'x'.repeat(index)}`);
  region.print(`${output.join('\n')}\n`);
  expect(screen.text.replaceAll('\n', '')).toBe(`${output.join('')}treebar`);
});

it('writes nothing when nothing has changed', () => {
  const written: string[] = [];
  const region = new LiveRegion({ columns: 20, rows: 5, write: (text) => written.push(text) });
  region.show(['a', 'b']);
  region.show(['a', 'b']);
  region.print('');
  expect(written).toHaveLength(1);
});
