import type { Command } from 'commander';
import { LabError } from '../../base/errors.ts';
import type { CommandModule } from '../command-module.ts';

type Words = Record<string, string[]>;

/** What may follow each command: `'': [get, list…]`, `get: [rollout, experiment]`. */
function wordsOf(program: Command): Words {
  const words: Words = { '': program.commands.map((command) => command.name()) };
  for (const command of program.commands)
    if (command.commands.length > 0) words[command.name()] = command.commands.map((child) => child.name());
  return words;
}

const bash = (words: Words): string => `_kubectl_argo_rollouts() {
  local current="\${COMP_WORDS[COMP_CWORD]}"
  case "\${COMP_CWORD}:\${COMP_WORDS[1]}" in
    1:*) COMPREPLY=($(compgen -W "${words['']!.join(' ')}" -- "$current")) ;;
${Object.entries(words)
  .filter(([command]) => command !== '')
  .map(([command, children]) => `    2:${command}) COMPREPLY=($(compgen -W "${children.join(' ')}" -- "$current")) ;;`)
  .join('\n')}
  esac
}
complete -F _kubectl_argo_rollouts kubectl-argo-rollouts
`;

const SCRIPTS: Readonly<Record<string, (words: Words) => string>> = {
  bash,
  zsh: (words) => `#compdef kubectl-argo-rollouts\nautoload -U +X bashcompinit && bashcompinit\n${bash(words)}`,
  fish: (words) =>
    Object.entries(words)
      .map(([command, children]) => {
        const condition = command === '' ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${command}`;
        return `complete -c kubectl-argo-rollouts -f -n '${condition}' -a '${children.join(' ')}'\n`;
      })
      .join(''),
  powershell: (words) => `Register-ArgumentCompleter -Native -CommandName kubectl-argo-rollouts -ScriptBlock {
  param($word)
  @(${words['']!.map((word) => `'${word}'`).join(', ')}) | Where-Object { $_ -like "$word*" }
}
`,
};

export const addCompletion: CommandModule = (parent, session) => {
  parent
    .command('completion <shell>')
    .description('print a completion script for bash, zsh, fish or powershell')
    .action((shell: string) => {
      const script = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
      if (script === undefined)
        throw new LabError('BAD_ARGUMENT', `Invalid shell "${shell}". The supported shells are: ${Object.keys(SCRIPTS).join(', ')}`);
      session().host.stdout(script(wordsOf(parent)));
    });
};
