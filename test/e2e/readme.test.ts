import path from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { projectRoot } from '../support/workplace.ts';

it('shows in both READMEs what a run prints today', async () => {
  const result = await execa(process.execPath, [path.join(projectRoot, 'scripts/verify-readme.ts')], { cwd: projectRoot, reject: false });
  expect(result.stderr).toBe('');
  expect(result.stdout.split('\n')).toEqual(['README.md shows what a run prints.', 'README.ko.md shows what a run prints.']);
}, 240_000);
