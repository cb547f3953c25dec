import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadLab } from './load-lab.ts';

describe('loadLab', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lab-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ['a syntax error', 'export default {', 'LAB_UNREADABLE'],
    ['no default export', 'export const lab = 1;', 'LAB_INVALID'],
    ['an object that is no lab', 'export default { id: "x" };', 'LAB_INVALID'],
    ['a module that is missing', 'import "./nowhere.js"; export default 1;', 'LAB_UNREADABLE'],
  ])('refuses a file with %s, saying what to do', async (name, content, code) => {
    const file = path.join(folder, `${name.replaceAll(' ', '-')}.mjs`);
    await writeFile(file, content);
    await expect(loadLab(file)).rejects.toMatchObject({ code, next: expect.any(String) });
  });

  it('says that a file is not there', async () => {
    await expect(loadLab(path.join(folder, 'absent.ts'))).rejects.toMatchObject({ code: 'LAB_NOT_FOUND' });
  });
});
