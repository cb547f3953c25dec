/**
 * Rewrites the CRDs of the embedded charts from our own tables: the templates of argo-rollouts, and crds/ of kube-prometheus-stack. With `--check`, writes nothing and exits
 * with 1 when a file would change. Run: `node bin/launch.js scripts/update-crds.ts [--check]`.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { MONITOR_DEFINITIONS, monitorDefinition } from '../src/embedded/metrics/crd/monitor-definitions.ts';
import { crdTemplate } from '../src/rollouts/crd/crd-template.ts';
import { customResourceDefinitions } from '../src/rollouts/crd/custom-resource-definitions.ts';

const charts = path.join(import.meta.dirname, '../charts/embedded');
const isCheck = process.argv.includes('--check');

async function update(file: string, text: string): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => '')) === text) return;
  if (isCheck) {
    console.error(`${path.relative(process.cwd(), file)} is out of date: run scripts/update-crds.ts.`);
    process.exitCode = 1;
    return;
  }
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
  console.log(`wrote ${path.relative(process.cwd(), file)}`);
}

for (const crd of customResourceDefinitions())
  await update(path.join(charts, 'argo-rollouts/templates/crds', `${crd.spec.names.plural}.yaml`), crdTemplate(crd));
for (const definition of MONITOR_DEFINITIONS) {
  const note = '# Written by scripts/update-crds.ts from src/embedded/metrics/crd/monitor-definitions.ts. Do not edit.\n';
  await update(
    path.join(charts, 'kube-prometheus-stack/crds', `crd-${definition.plural}.yaml`),
    note + stringify(monitorDefinition(definition), { aliasDuplicateObjects: false, lineWidth: 0 }),
  );
}
