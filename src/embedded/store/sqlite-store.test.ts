import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { SqliteStore } from './sqlite-store.ts';
import { Compacted } from './store.ts';
import { describeStore } from './store-contract.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'canary-lab-store-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const freshFile = (): string => path.join(folder, `${++files}.sqlite`);
const KEY = '/registry/core/configmaps/default/a';

describeStore('sqlite', () => new SqliteStore(freshFile(), { keptEvents: 100 }));

it('shows the same objects and goes on counting revisions when the file is opened again', () => {
  const file = freshFile();
  const before = new SqliteStore(file);
  before.create(KEY, (revision) => ({ revision }));
  before.create(`${KEY}b`, (revision) => ({ revision }));
  before.delete(`${KEY}b`, 2, (revision) => ({ revision }));
  before.close();
  const after = new SqliteStore(file);
  expect(after.revision).toBe(3);
  expect(after.get(KEY)).toMatchObject({ revision: 1, value: { object: { revision: 1 } } });
  expect(after.get(`${KEY}b`)).toBeUndefined();
  expect(after.update(KEY, 1, (revision) => ({ revision })).revision).toBe(4);
  after.close();
});

it('writes several at once into the file, or none of them', () => {
  const file = freshFile();
  const before = new SqliteStore(file);
  before.create(KEY, () => ({ n: 1 }));
  const two = (n: unknown) => [
    { type: 'delete' as const, key: KEY, build: () => ({ n: 1 }) },
    { type: 'put' as const, key: `${KEY}b`, build: () => ({ n }) },
  ];
  // No JSON can say it, so it fails while the file is being written.
  expect(() => before.writeAll(two(2n))).toThrow(TypeError);
  expect([before.revision, before.get(KEY)?.revision, before.get(`${KEY}b`)]).toEqual([1, 1, undefined]);
  before.writeAll(two(2));
  before.close();
  const after = new SqliteStore(file);
  expect(after.revision).toBe(3);
  expect([after.get(KEY), after.get(`${KEY}b`)?.value.object]).toEqual([undefined, { n: 2 }]);
  after.close();
});

it('makes watchers of an earlier run start anew', () => {
  const file = freshFile();
  const before = new SqliteStore(file);
  before.create(KEY, () => ({}));
  before.close();
  const after = new SqliteStore(file);
  expect(() => after.watch('/registry/', 0, () => {})).toThrow(Compacted);
  after.close();
});

it('has every acknowledged write after the process was killed', async () => {
  const file = freshFile();
  const program = `import { SqliteStore } from ${JSON.stringify(fileURLToPath(new URL('./sqlite-store.ts', import.meta.url)))};
    const store = new SqliteStore(${JSON.stringify(file)});
    for (let i = 1; ; i++) { store.create('/registry/core/configmaps/default/' + i, () => ({ i })); process.stdout.write(i + '\\n'); if (i === 50) setInterval(() => {}, 1000); if (i === 50) break; }`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  let acknowledged = '';
  for await (const chunk of child.stdout) {
    acknowledged += String(chunk);
    if (acknowledged.endsWith('50\n')) break;
  }
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  const store = new SqliteStore(file);
  expect(store.list('/registry/core/configmaps/').entries).toHaveLength(50);
  expect(store.revision).toBe(50);
  store.close();
});
