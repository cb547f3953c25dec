import { Command } from 'commander';
import { expect, it } from 'vitest';
import { commandModules } from './command-table.ts';

const session = (): never => {
  throw new Error('No command runs.');
};

async function commandsFor(...args: string[]): Promise<string[]> {
  const program = new Command().option('-n, --namespace <name>');
  for (const add of await commandModules(program, args)) add(program, session);
  return program.commands.map((command) => command.name());
}

const all = await commandsFor();

it('has the commands in the order of the alphabet', () => {
  expect(all).toContain('promote');
  expect(all).toEqual(all.toSorted());
});

it.each(all.filter((name) => name !== 'completion'))('loads "%s" alone when it is asked for', async (name) => {
  expect(await commandsFor('-n', 'shop', name, 'x')).toEqual([name]);
});

it.each([[['--help', 'get']], [['gett']], [['completion', 'bash']], [['constructor']], [['get', '-n']]])(
  'loads all commands for %j',
  async (args) => {
    expect(await commandsFor(...args)).toEqual(all);
  },
);
