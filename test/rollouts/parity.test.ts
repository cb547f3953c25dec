import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { metricsProblem } from '../../src/rollouts/analysis/analysis-spec.ts';
import { rolloutFields } from '../../src/rollouts/crd/field-table.ts';
import type { CanaryStrategy } from '../../src/rollouts/rollout.ts';
import { firstProblem } from '../../src/rollouts/validation.ts';
import { aRollout } from '../support/rollout-objects.ts';
import { projectRoot } from '../support/workplace.ts';

async function refusedByPage(): Promise<string[]> {
  const page = await readFile(path.join(projectRoot, 'docs/parity/rollouts.md'), 'utf8');
  const section = page.split(/^## /m).find((part) => part.startsWith('Refused'))!;
  return [...section.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1]!).sort();
}
const named = (text: string | undefined): string[] => [...(text ?? '').matchAll(/"(\w+)" is not modelled/g)].map((match) => match[1]!);

/** Everything that the API accepts and the controller refuses by name, found by trying. */
function refusedByCode(): string[] {
  const base = aRollout().spec.strategy.canary!;
  const rollout = (canary: Partial<CanaryStrategy>): string[] =>
    named(
      firstProblem(aRollout({ spec: { strategy: { canary: { ...base, ...canary } } } }), {
        service: () => undefined,
        ingress: () => undefined,
      })?.message,
    );
  const found = new Set<string>();
  for (const router of Object.keys(rolloutFields['TrafficRouting']!))
    for (const name of rollout({ trafficRouting: { [router]: {} } })) found.add(name);
  for (const [field, word] of Object.entries(rolloutFields['CanaryStrategy']!))
    for (const name of rollout({ [field]: word.startsWith('[]') ? [] : {} })) found.add(name);
  for (const step of Object.keys(rolloutFields['CanaryStep']!)) for (const name of rollout({ steps: [{ [step]: {} }] })) found.add(name);
  for (const provider of Object.keys(rolloutFields['MetricProvider']!))
    for (const name of named(metricsProblem([{ name: 'm', provider: { [provider]: {} } }]))) found.add(name);
  return [...found];
}

/** Names that the sources refuse in so many words. */
async function refusedInSources(): Promise<string[]> {
  const found: string[] = [];
  for (const folder of ['src/rollouts', 'src/embedded/controllers/rollouts']) {
    for (const file of await readdir(path.join(projectRoot, folder), { recursive: true })) {
      // The plugin's commands have their own page.
      if (!file.endsWith('.ts') || file.endsWith('.test.ts') || file.startsWith('commands')) continue;
      found.push(...named(await readFile(path.join(projectRoot, folder, file), 'utf8')));
    }
  }
  return found;
}

it('the page lists exactly what the controller refuses by name', async () => {
  expect([...new Set([...refusedByCode(), ...(await refusedInSources())])].sort()).toEqual(await refusedByPage());
});
