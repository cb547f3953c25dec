import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { kubeconfigProblem } from './kubeconfig-problem.ts';

let folder: string;
const contexts = (...names: string[]): string =>
  `contexts:\n${names.map((name) => `- name: ${name}\n  context: {cluster: c, user: u}\n`).join('')}`;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kubeconfigs-'));
  await mkdir(path.join(folder, '.kube'));
  const files: Record<string, string> = {
    good: `apiVersion: v1\nkind: Config\ncurrent-context: far\n${contexts('far', 'near')}`,
    more: contexts('other'),
    'no-current': contexts('far', 'near'),
    dangling: `current-context: gone\n${contexts('far')}`,
    empty: '',
    yaml: 'contexts: [\n  - {',
    words: 'hello\n',
    list: '- a\n',
    odd: 'contexts: far\n',
    locked: '',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
  await chmod(path.join(folder, 'locked'), 0);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const problemOf = async (list: string[] | undefined, context?: string) => {
  const problem = await kubeconfigProblem(
    { HOME: folder, ...(list === undefined ? {} : { KUBECONFIG: list.map((name) => path.join(folder, name)).join(path.delimiter) }) },
    context,
  );
  return problem === undefined ? undefined : [problem.code, problem.message.replaceAll(folder, 'DIR'), problem.next];
};
const named =
  'Set KUBECONFIG to a file that is one: export KUBECONFIG=FILE. Or start a cluster with "npm run cluster -- up" and type the lines that it prints.';
const withContext =
  'Set KUBECONFIG to a file that has a context, or start a cluster with "npm run cluster -- up" and type the lines that it prints.';

it.each<[string[], string | undefined, string, string, string]>([
  [['gone'], undefined, 'KUBECONFIG_UNREADABLE', 'The kubeconfig "DIR/gone" (named by KUBECONFIG) does not exist.', named],
  [
    ['gone', 'lost'],
    undefined,
    'KUBECONFIG_UNREADABLE',
    'The kubeconfig "DIR/gone", "DIR/lost" (named by KUBECONFIG) does not exist.',
    named,
  ],
  [['.kube'], undefined, 'KUBECONFIG_UNREADABLE', 'The kubeconfig "DIR/.kube" (named by KUBECONFIG) is a folder.', named],
  [
    ['good', 'words'],
    undefined,
    'KUBECONFIG_UNREADABLE',
    'The kubeconfig "DIR/words" (named by KUBECONFIG) is no kubeconfig: it has no list of contexts.',
    named,
  ],
  [
    ['list'],
    undefined,
    'KUBECONFIG_UNREADABLE',
    'The kubeconfig "DIR/list" (named by KUBECONFIG) is no kubeconfig: it has no list of contexts.',
    named,
  ],
  [
    ['odd'],
    undefined,
    'KUBECONFIG_UNREADABLE',
    'The kubeconfig "DIR/odd" (named by KUBECONFIG) is no kubeconfig: it has no list of contexts.',
    named,
  ],
  [
    ['empty'],
    undefined,
    'CONTEXT_UNKNOWN',
    'No context is current in the kubeconfig "DIR/empty", which has no context at all.',
    withContext,
  ],
  [
    ['no-current'],
    undefined,
    'CONTEXT_UNKNOWN',
    'No context is current in the kubeconfig "DIR/no-current", which has these contexts: far, near.',
    'Name one, as --context far, or make it current: kubectl config use-context far',
  ],
  [
    ['dangling'],
    undefined,
    'CONTEXT_UNKNOWN',
    'There is no context "gone" in the kubeconfig "DIR/dangling", which has these contexts: far.',
    'Name one of these, as --context far.',
  ],
  [
    ['good', 'more'],
    'gone',
    'CONTEXT_UNKNOWN',
    'There is no context "gone" in the kubeconfig "DIR/good", "DIR/more", which has these contexts: far, near, other.',
    'Name one of these, as --context far.',
  ],
])('says of %j what is wrong and what to type', async (list, context, ...said) => {
  expect(await problemOf(list, context)).toEqual(said);
});

it('says where a file is not valid YAML', async () => {
  expect(await problemOf(['yaml'])).toEqual([
    'KUBECONFIG_UNREADABLE',
    expect.stringMatching(/^The kubeconfig "DIR\/yaml" \(named by KUBECONFIG\) is not valid YAML \(.* at line 2, column 6\)\.$/),
    named,
  ]);
});

it.skipIf(process.getuid?.() === 0)('says that a file may not be read', async () => {
  expect((await problemOf(['locked']))![1]).toContain('may not be read by this user');
});

it('names the file in the home when KUBECONFIG is not set', async () => {
  expect(await problemOf(undefined)).toEqual([
    'KUBECONFIG_UNREADABLE',
    'The kubeconfig "DIR/.kube/config" (used as KUBECONFIG is not set) does not exist.',
    'Name yours: export KUBECONFIG=FILE. Or start a cluster with "npm run cluster -- up" and type the lines that it prints.',
  ]);
});

it('finds nothing wrong with a list of which one file is missing, and with any context that one of them has', async () => {
  expect(await problemOf(['gone', 'good'])).toBeUndefined();
  expect(await problemOf(['good', 'more'], 'other')).toBeUndefined();
});
