import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

interface Found {
  violations: { id: string; nodes: { html: string }[] }[];
}

/** What axe-core finds wrong with the page as it is now, each with the elements concerned. */
export async function axeViolations(page: Page): Promise<string[]> {
  // The page's policy lets no foreign script in, so the checker comes by the debugger's way.
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  const { violations } = await page.evaluate(async () => (globalThis as unknown as { axe: { run: () => Promise<Found> } }).axe.run());
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
}
