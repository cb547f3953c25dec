import { access, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { LabError } from '../base/errors.ts';
import type { App } from './app.ts';
import { newLabText } from './new-lab-text.ts';

/** `canary-lab new-lab ID`: writes a small lab that runs and proves itself, to be changed from there. */
export function addNewLabCommand(program: Command, app: App): void {
  program
    .command('new-lab')
    .argument('<id>', 'lower-case words joined by "-", such as 06-my-lab')
    .description('for authors: write a small lab to start from')
    .action(async (id: string) => {
      if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id))
        throw new LabError('BAD_OPTION', `"${id}" is no id of a lab.`, { next: 'Use lower-case words joined by "-", such as 06-my-lab.' });
      const folder = path.join(app.workingDirectory, 'labs', id);
      const file = path.join(folder, 'lab.ts');
      if (
        await access(file).then(
          () => true,
          () => false,
        )
      )
        throw new LabError('LAB_EXISTS', `There is a lab "${id}" already.`, {
          next: `Choose another id, or edit ${path.relative(app.workingDirectory, file)}.`,
        });
      await mkdir(folder, { recursive: true });
      await writeFile(file, newLabText(id, app.workingDirectory === app.projectRoot ? '../../src/index.ts' : 'canary-lab'));
      const shown = path.relative(app.workingDirectory, file).split(path.sep).join('/');
      app.stdout.write(`${shown}\n`);
      app.stderr.write(
        `Run it:   canary-lab lab ./${shown}\nProve it: canary-lab verify-lab ./${shown}\nThen read labs/README.md and make it yours.\n`,
      );
    });
}
