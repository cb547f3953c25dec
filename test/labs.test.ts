import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { labReadme, withoutOutputs } from '../scripts/lab-readme.ts';
import { SAMPLE_APP } from '../src/cluster/versions.ts';
import type { Lab } from '../src/harness/lab.ts';
import type { LabSettings } from '../src/harness/lab-settings.ts';
import { loadLab } from '../src/harness/load-lab.ts';
import { mutationsOf } from '../src/harness/mutations.ts';
import { wordsOf } from '../src/harness/run-action.ts';
import { projectRoot } from './support/lab-room.ts';

const labsFolder = path.join(projectRoot, 'labs');
const ids = readdirSync(labsFolder)
  .filter((name) => /^\d\d-/.test(name))
  .sort();
const labs = new Map<string, Lab>();
for (const id of ids) labs.set(id, await loadLab(path.join(labsFolder, id, 'lab.ts')));

/** Every text of a lab in one language. */
function textsOf(lab: Lab, lang: 'en' | 'ko'): string[] {
  return [
    lab.title,
    lab.summary,
    ...lab.steps.flatMap((step) => [
      step.title,
      step.say,
      ...(step.hint === undefined ? [] : [step.hint]),
      ...(step.why === undefined ? [] : [step.why]),
      ...step.notes.map(({ text }) => text),
      ...step.checks.flatMap((check) => [check.title, ...(check.next === undefined ? [] : [check.next])]),
    ]),
  ].map((text) => text[lang]);
}

/** Where the printed tutorial misleads whoever follows it, and the notes that say so where the learner meets it. */
const ERRATA: [string, string, string[]][] = [
  ['the Argo install names no namespace and no dashboard', '02-automated-canary', ['argo-namespace']],
  ['the command that sets an image is missing', '02-automated-canary', ['set-image-missing']],
  ['template placeholders are gone', '02-automated-canary', ['placeholders']],
  ['setCanaryScale: 4 is invalid, and there are eight kinds of step', '02-automated-canary', ['step-kinds', 'set-canary-scale']],
  ['CLASS <none> and its annotation are old', '02-automated-canary', ['class']],
  ['the canary ingress is always there', '02-automated-canary', ['canary-ingress-stays']],
  ['the route of the dashboard has the namespace in it', '02-automated-canary', ['dashboard']],
  ['undo rolls forward through every step', '02-automated-canary', ['undo-rolls-forward']],
  ['a promoted Pod still says that it is the canary', '02-automated-canary', ['stale-identity']],
  ['after an abort the header reaches stable', '02-automated-canary', ['abort-header']],
  ['--wait does not wait for a Rollout', '02-automated-canary', ['helm-wait', 'helm-wait-rollout']],
  ['rolling back is easy, says the original', '02-automated-canary', ['rollback-easy']],
  ['promote has the wrong word', '02-automated-canary', ['promote-word']],
  ['the section about k6 is gone', '02-automated-canary', ['k6']],
  ['ingress-nginx is retired', '01-simple-canary', ['ingress-nginx-retired']],
  ['ingress-nginx is retired', '02-automated-canary', ['ingress-nginx-retired']],
  ['weights are draws', '01-simple-canary', ['chance']],
  ['weights are draws', '02-automated-canary', ['chance']],
  ['nginx follows later', '01-simple-canary', ['nginx-lag']],
  ['nginx follows later', '02-automated-canary', ['nginx-lag']],
  ['no data counts as success', '03-smart-canary', ['no-data']],
];

/** The lines that a lab runs when the person who runs it has chosen things for themselves. */
function linesWith(lab: Lab, settings: LabSettings): string[] {
  const asked = new Set<keyof LabSettings>();
  const variables = lab.variables({
    chartRepositories: { 'ingress-nginx': 'http://127.0.0.1/i', argo: 'http://127.0.0.1/a', 'prometheus-community': 'http://127.0.0.1/p' },
    ingressUrl: 'http://127.0.0.1',
    kubernetesVersion: 'v1.34.0',
    shipped: (file) => file,
    setting: (name) => {
      asked.add(name);
      return settings[name];
    },
  });
  expect([...asked]).toEqual(expect.arrayContaining(Object.keys(settings)));
  return lab.steps.flatMap(({ run }) =>
    run.flatMap((action) => (action.do === 'command' ? [[action.program, ...wordsOf(action, variables)].join(' ')] : [])),
  );
}

/** Words that were chosen for the labs, and what is used by mistake in their place. */
const WRONG_WORDS: [RegExp, string][] = [
  [/홍보/, '승격'],
  [/프로모션/, '승격'],
  [/주석/, '애너테이션'],
  [/어노테이션/, '애너테이션'],
  [/가중치값/, '가중치'],
  [/개정/, '리비전'],
  [/롤 백/, '롤백'],
  [/카나리(?!아)/, '카나리아'],
  [/트래픽량/, '트래픽'],
  [/낙태|유산/, '중단'],
];

describe.each(ids)('%s', (id) => {
  const lab = labs.get(id)!;

  it('has the id of its folder', () => {
    expect(lab.id).toBe(id);
  });

  it('speaks Korean in every Korean text and English in every English one', () => {
    for (const text of textsOf(lab, 'ko')) expect(text).toMatch(/[가-힣]/);
    for (const text of textsOf(lab, 'en')) expect(text).not.toMatch(/[가-힣]/);
  });

  it('keeps to the words that were chosen', () => {
    for (const text of textsOf(lab, 'ko')) for (const [wrong, right] of WRONG_WORDS) expect(text, `say ${right}`).not.toMatch(wrong);
  });

  it('has a change that must make each check fail', () => {
    for (const check of lab.steps.flatMap(({ checks }) => checks)) expect(mutationsOf(check).length, check.id).toBeGreaterThan(0);
  });

  it.each(['en', 'ko'] as const)('has a README in %s that says what lab.ts says', async (lang) => {
    const written = await readFile(path.join(labsFolder, id, lang === 'ko' ? 'README.ko.md' : 'README.md'), 'utf8');
    expect(withoutOutputs(written)).toBe(withoutOutputs(labReadme(lab, lang, path.join(labsFolder, id))));
  });

  it('takes the sample app from where the person who runs it says, in every command that names an image', () => {
    const lines = linesWith(lab, { sampleAppImage: 'registry.example/shop' });
    const installs = lines.filter((line) => /^helm install .*sample-app\/(?:ingress-nginx|argo-rollouts|blue-green) /.test(line));
    expect(installs).toHaveLength(1);
    expect(installs[0]).toContain('--set image.repository=registry.example/shop');
    for (const line of lines.filter((text) => text.includes('rollouts set image')))
      expect(line).toMatch(/ sample-app=registry\.example\/shop:/);
    expect(lines.join('\n')).not.toContain('ghcr.io/canary-lab');
  });

  it('stands in the list of labs', async () => {
    expect(await readFile(path.join(labsFolder, 'README.md'), 'utf8')).toContain(`](${id}/README.md)`);
  });
});

it.each(ERRATA)('says in a note that %s (%s)', (_, id, notes) => {
  expect(labs.get(id)!.steps.flatMap((step) => step.notes.map((note) => note.id))).toEqual(expect.arrayContaining(notes));
});

it('has every version of the sample app that a lab asks for among those that are built for real clusters', () => {
  for (const lab of labs.values())
    for (const line of linesWith(lab, { sampleAppImage: 'shop' }))
      for (const [, tag] of line.matchAll(/(?:shop:|image\.tag=)(\S+)/g)) expect(SAMPLE_APP.tags, line).toContain(tag);
});
