import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { projectRoot, Workplace } from '../support/workplace.ts';

let place: Workplace;
beforeEach(async () => {
  place = await Workplace.create();
});
afterEach(async () => {
  await place.remove();
});

const library = path.join(projectRoot, 'src', 'index.ts');
const installs = path.join(projectRoot, 'labs', 'shared', 'installs.ts');
const setUp = path.join(projectRoot, 'labs', 'shared', 'set-up.ts');
const PLANTED = ['planted-in-a-secret', 'planted-in-the-env', 'planted-in-a-url', 'planted-in-the-values', 'planted-in-a-map'];

/** Plants a secret wherever there may be one, and fails. */
const lab = `
import { checks, cmd, defineLab, pods, request, step } from '${library}';
import { installIngressNginx } from '${installs}';
import { ingressVariables } from '${setUp}';
const text = { en: 'A text', ko: '글' };
export default defineLab({
  id: 'planted', title: text, summary: text, variables: ingressVariables,
  steps: [step({ id: 'one', title: text, say: text, run: [
    ...installIngressNginx(),
    cmd('helm', ['install', 'sample-app', '${path.join(projectRoot, 'charts/sample-app/ingress-nginx')}', '-n', 'shop', '--create-namespace', '--set', 'db.password=planted-in-the-values']),
    cmd('kubectl', ['rollout', 'status', 'deployment/sample-app', '-n', 'shop']),
    cmd('kubectl', ['create', 'secret', 'generic', 'mine', '--from-literal', 'key=planted-in-a-secret', '-n', 'default']),
    cmd('kubectl', ['create', 'configmap', 'mine', '--from-literal', 'note=The key is planted-in-a-secret', '--from-literal', 'api-key=planted-in-a-map', '-n', 'default']),
    cmd('kubectl', ['run', 'web', '--image', 'ghcr.io/canary-lab/sample-app:does-not-exist', '--env', 'DB_PASSWORD=planted-in-the-env', '-n', 'default']),
    request({ host: 'sample.app', path: '/success?password=planted-in-a-url' }, { times: 3 }),
  ], checks: [checks.field({ id: 'web', title: text }, { resource: pods, key: { namespace: 'default', name: 'web' }, path: ['status', 'phase'], equals: 'Running' })] })],
});
`;

async function filesBelow(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const file = path.join(entry.parentPath, entry.name);
      files.set(path.relative(folder, file), await readFile(file, 'utf8'));
    }
  return files;
}

it('writes objects, events, logs, descriptions and the access log of a lab that failed, without its secrets', async () => {
  await writeFile(path.join(place.folder, 'out-lab.ts'), lab);
  const result = await place.run(['lab', './out-lab.ts', '--report', 'out', '--timeout', '10s']);
  expect(result.exitCode, result.stderr).toBe(1);
  expect(result.stderr).toMatch(/✖ .*\[web\]/);
  const files = await filesBelow(path.join(place.folder, 'out', 'diagnostics'));
  for (const [name, content] of files)
    for (const planted of PLANTED) expect(content.includes(planted), `${planted} in ${name}`).toBe(false);
  const names = [...files.keys()].sort();
  const objects = (file: string): { metadata: { name: string }; data?: object }[] => JSON.parse(files.get(file) ?? '[]');
  expect(objects('objects/pods.json').map(({ metadata }) => metadata.name)).toContain('web');
  expect(objects('objects/secrets.json').find(({ metadata }) => metadata.name === 'mine')?.data).toEqual({ key: '(redacted)' });
  expect(objects('objects/configmaps.json').find(({ metadata }) => metadata.name === 'mine')?.data).toEqual({
    note: 'The key is (redacted)',
    'api-key': '(redacted)',
  });
  expect(names).toContain('objects/ingresses.networking.k8s.io.json');
  expect(files.get('events.txt')).toMatch(/Warning {2}Failed {2}Pod\/default\/web {2}.*does-not-exist/);
  expect(files.get('describe/pod-default-web.txt')).toMatch(/^Name: +web$[\s\S]*DB_PASSWORD: +\(redacted\)[\s\S]*^Events:/m);
  expect(names.filter((name) => name.startsWith('describe/'))).toEqual(['describe/pod-default-web.txt']);
  expect(files.get('ingress-access.log')?.match(/"GET \/success\?password=\(redacted\)/g)).toHaveLength(3);
  expect(names.some((name) => /^logs\/ingress-nginx\/ingress-nginx-controller-[\w-]+\/controller\.log$/.test(name))).toBe(true);
  expect(files.get('helm/shop-sample-app.yaml')).toMatch(/password: \(redacted\)/);
  expect(await place.leftovers()).toEqual([]);
});
