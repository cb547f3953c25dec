import { Command } from 'commander';
import { expect, it } from 'vitest';
import { type App, EXIT } from './app.ts';
import { commandModules } from './command-table.ts';

async function commandsFor(...args: string[]): Promise<string[]> {
  const program = new Command().version('1.0.0', '-V, --version');
  // Only the actions use the app.
  for (const add of await commandModules(program, args)) add(program, {} as App, { exitCode: EXIT.ok });
  return program.commands.map((command) => command.name());
}

const all = await commandsFor();

it('has the commands in the order of the help text', () => {
  expect([all[0], all.at(-1), all.length]).toEqual(['lab', 'traffic', 10]);
});

it.each(all)('loads "%s" alone when it is asked for', async (name) => {
  expect(await commandsFor(name, 'x', '--help')).toEqual([name]);
});

it.each([[['--help', 'lab']], [['help', 'lab']], [['labb']], [['constructor']], [['--', 'lab']]])(
  'loads all commands for %j',
  async (args) => {
    expect(await commandsFor(...args)).toEqual(all);
  },
);
