import { expect, it } from 'vitest';
import { projectRoot } from '../support/workplace.ts';
import { INGRESS_CASES } from './cases.ts';
import { untestedCases } from './untested-cases.ts';

it('has a test for every case of the ingress data plane', async () => {
  expect(await untestedCases(projectRoot)).toEqual([]);
  expect(INGRESS_CASES).toHaveLength(62);
});

it('has no case twice', () => {
  expect(new Set(INGRESS_CASES.map(({ given, request }) => `${given}; ${request}`)).size).toBe(INGRESS_CASES.length);
});
