import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { labReadme, withoutOutputs } from '../scripts/lab-readme.ts';
import type { Lab } from '../src/harness/lab.ts';
import { loadLab } from '../src/harness/load-lab.ts';
import { mutationsOf } from '../src/harness/mutations.ts';
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

  it('stands in the list of labs', async () => {
    expect(await readFile(path.join(labsFolder, 'README.md'), 'utf8')).toContain(`](${id}/README.md)`);
  });
});
