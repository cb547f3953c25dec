import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectRoot } from '../support/workplace.ts';

// The archive that npm would publish, unpacked into the node_modules of an empty folder. Its dependencies are linked from the checkout, so that nothing is downloaded.
let folder: string;
let installed: string;
let files: string[];
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'installed-'));
  const node = [path.join(projectRoot, 'bin', 'launch.js')];
  await execa(process.execPath, [...node, 'scripts/build.ts'], { cwd: projectRoot });
  const npm = await execa('npm', ['pack', '--ignore-scripts', '--json', '--offline', '--pack-destination', folder], {
    cwd: projectRoot,
    env: { npm_config_update_notifier: 'false' },
  });
  const described: unknown = JSON.parse(npm.stdout);
  // npm 12 gives an object by name where older ones give a list.
  const archive = Object.values(described as Record<string, { filename: string; files: { path: string }[] }>)[0]!;
  files = archive.files.map((file) => file.path);
  installed = path.join(folder, 'node_modules', 'canary-lab');
  await mkdir(installed, { recursive: true });
  await execa('tar', ['-xzf', path.join(folder, path.basename(archive.filename)), '-C', installed, '--strip-components', '1']);
  const { dependencies } = JSON.parse(await readFile(path.join(installed, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of Object.keys(dependencies)) {
    await mkdir(path.dirname(path.join(folder, 'node_modules', name)), { recursive: true });
    await symlink(path.join(projectRoot, 'node_modules', name), path.join(folder, 'node_modules', name));
  }
  await rm(path.join(folder, path.basename(archive.filename)));
}, 300_000);
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function run(...args: string[]) {
  const { PATH = '' } = process.env;
  // npm's copy of the clients is not among the dependencies; this one is the checkout's, as if it had been fetched before.
  const cache = path.join(folder, '.canary-lab', 'cache');
  await mkdir(path.dirname(cache), { recursive: true, mode: 0o700 });
  await symlink(path.join(projectRoot, 'node_modules', '.cache', 'canary-lab-clients'), cache).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  return execa(process.execPath, [path.join(installed, 'bin', 'canary-lab.js'), ...args], {
    cwd: folder,
    env: { PATH, HOME: folder, NO_COLOR: '1', LANG: 'C.UTF-8' },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    timeout: 280_000,
  });
}

it('ships compiled code, charts, labs and the sample app, and neither tests nor sources that would have to be stripped of types', () => {
  expect(files).toEqual(
    expect.arrayContaining([
      'bin/canary-lab.js',
      'bin/launch.js',
      'dist/src/index.js',
      'dist/src/index.d.ts',
      'dist/src/cli/main.js',
      'dist/labs/02-automated-canary/lab.js',
      'dist/sample-app/Dockerfile',
      'dist/kind/cluster.yaml',
      'dist/charts/embedded/ingress-nginx/Chart.yaml',
      'dist/src/dashboard/page-built/index.html',
      'LICENSE',
    ]),
  );
  expect(files.filter((file) => /\.test\.|(^|\/)test\/|\.canary-lab|node_modules/.test(file))).toEqual([]);
  expect(files.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts') && !file.startsWith('dist/sample-app/'))).toEqual([]);
});

it('pulls in no package that brings a cloud toolkit with it', async () => {
  const { dependencies, optionalDependencies } = JSON.parse(await readFile(path.join(installed, 'package.json'), 'utf8')) as Record<
    string,
    Record<string, string>
  >;
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const manifest = await readFile(path.join(projectRoot, 'node_modules', name, 'package.json'), 'utf8').catch(() => '{}');
    expect(Object.keys((JSON.parse(manifest) as { peerDependencies?: Record<string, string> }).peerDependencies ?? {}), name).not.toContain(
      'aws-cdk-lib',
    );
  }
});

it('lists the labs, tells what the machine can run, and passes a lab from an empty folder', async () => {
  const list = await run('list');
  expect(list.stdout).toContain('02-automated-canary');
  expect(list.stderr).toBe('Next: npx canary-lab lab');
  const doctor = await run('doctor');
  expect(doctor.stdout).toContain('✔ --cluster embedded: needs nothing but Node');
  const lab = await run('lab', '01');
  expect(lab.stderr).not.toMatch(/✖/);
  expect(lab.exitCode, lab.stderr).toBe(0);
  expect(await readdir(path.join(folder, '.canary-lab', 'runs'))).toEqual([]);
}, 300_000);

it('passes the main lab, its dashboard and plugin among it, from an empty folder, and leaves nothing', async () => {
  const lab = await run('lab', '02');
  expect(lab.stderr).not.toMatch(/✖/);
  expect(lab.exitCode, `${lab.stdout.slice(-2000)}${lab.stderr.slice(-2000)}`).toBe(0);
  expect(lab.stderr).toContain('$ kubectl argo rollouts dashboard -n argo-rollouts');
  const left = await run('doctor', '--leftovers');
  expect(left.stdout).not.toContain('.canary-lab');
}, 300_000);

it('brings the kubectl plugin and a README whose commands an empty folder understands', async () => {
  const plugin = await execa(process.execPath, [path.join(installed, 'bin', 'kubectl-argo-rollouts.js'), 'version'], { cwd: folder });
  expect(plugin.stdout).toMatch(/^kubectl-argo-rollouts: v/);
  const readme = await readFile(path.join(installed, 'README.md'), 'utf8');
  expect(readme).toContain('npx canary-lab lab');
  for (const page of ['README.md', 'README.ko.md'])
    for (const [, target] of (await readFile(path.join(installed, page), 'utf8')).matchAll(/\]\((?!https?:)([^)#]+)/g))
      expect(files, `${page} links to it`).toContain(target);
});

it('lets a lab of one\'s own import "canary-lab" by name', async () => {
  await mkdir(path.join(folder, 'mine'), { recursive: true });
  await writeFile(
    path.join(folder, 'mine', 'lab.ts'),
    `import { checks, cmd, defineLab, nodes, step } from 'canary-lab';
export default defineLab({
  id: 'mine', title: { en: 'Mine', ko: '내 것' }, summary: { en: 'One node.', ko: '노드 하나.' },
  steps: [step({ id: 'node', kind: 'invariant', title: { en: 'A node', ko: '노드' }, say: { en: 'Look at it.', ko: '살펴보세요.' }, run: [cmd('kubectl', ['get', 'nodes'])],
    checks: [checks.count({ id: 'node-ready', title: { en: 'a node is Ready', ko: '노드가 Ready입니다' } }, { resource: nodes, atLeast: 1, ready: true })] })],
});
`,
  );
  const lab = await run('lab', 'mine/lab.ts');
  expect(lab.exitCode, lab.stderr).toBe(0);
  expect(lab.stdout + lab.stderr).toContain('a node is Ready');
}, 180_000);

it('writes a new lab that runs', async () => {
  const made = await run('new-lab', 'my-first');
  expect(made.exitCode, made.stderr).toBe(0);
  const file = `${made.stdout}\n${made.stderr}`.match(/\S*my-first\S*lab\.\w+/)?.[0] ?? 'my-first/lab.ts';
  const lab = await run('lab', file);
  expect(lab.exitCode, lab.stderr).toBe(0);
}, 180_000);
