import { expect, it } from 'vitest';
import { Cleanup } from './cleanup.ts';

it('undoes in reverse, tries every step and reports the failures together', async () => {
  const cleanup = new Cleanup();
  const order: string[] = [];
  cleanup.add('first', () => {
    order.push('first');
  });
  cleanup.add('second', () => {
    throw new Error('stuck');
  });
  cleanup.add('third', () => {
    order.push('third');
  });
  await expect(cleanup.run()).rejects.toThrow('Could not undo "second": stuck');
  expect(order).toEqual(['third', 'first']);
  await cleanup.run();
  expect(order).toHaveLength(2);
});

it('names what is still to be undone, the step at work first', async () => {
  const cleanup = new Cleanup();
  const seen: string[][] = [];
  cleanup.add('folder', () => {
    seen.push(cleanup.pending);
  });
  cleanup.add('cluster', () => {
    seen.push(cleanup.pending);
  });
  expect(cleanup.pending).toEqual(['cluster', 'folder']);
  await cleanup.run();
  expect(seen).toEqual([['cluster', 'folder'], ['folder']]);
  expect(cleanup.pending).toEqual([]);
});
