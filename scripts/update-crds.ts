/**
 * Rewrites the CRD templates of `charts/embedded/argo-rollouts` from our field table. With `--check`, writes nothing and exits
 * with 1 when a file would change. Run: `node bin/launch.js scripts/update-crds.ts [--check]`.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { crdTemplate } from '../src/rollouts/crd/crd-template.ts';
import { customResourceDefinitions } from '../src/rollouts/crd/custom-resource-definitions.ts';

const folder = path.join(import.meta.dirname, '../charts/embedded/argo-rollouts/templates/crds');
const isCheck = process.argv.includes('--check');
await mkdir(folder, { recursive: true });
for (const crd of customResourceDefinitions()) {
  const file = path.join(folder, `${crd.spec.names.plural}.yaml`);
  const text = crdTemplate(crd);
  if (await readFile(file, 'utf8').catch(() => '') === text) continue;
  if (isCheck) {
    console.error(`${path.relative(process.cwd(), file)} is out of date: run scripts/update-crds.ts.`);
    process.exitCode = 1;
  } else {
    await writeFile(file, text);
    console.log(`wrote ${path.relative(process.cwd(), file)}`);
  }
}
