import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { HARMLESS_ANNOTATIONS, MODELLED_ANNOTATIONS } from '../../src/ingress/annotations.ts';
import { projectRoot } from '../support/workplace.ts';

const page = await readFile(path.join(projectRoot, 'docs/parity/ingress.md'), 'utf8');
const section = (title: string): string => page.split(`### ${title}\n`)[1]!.split('\n#')[0]!;

it('lists exactly the annotations that have an effect', () => {
  expect([...section('Honoured').matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name)).toEqual(MODELLED_ANNOTATIONS);
});

it('lists exactly the annotations that are ignored without a word', () => {
  expect([...section('Ignored without a word').matchAll(/`([a-z-]+)(?:: [^`]+)?`/g)].map(([, name]) => name).sort()).toEqual(
    [...HARMLESS_ANNOTATIONS].sort(),
  );
});
