import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Toolbox } from '../tools/toolbox.ts';

/** The environment in which client programs see one cluster and nothing of the user's own set-up. */
export function clientEnvironment(folder: string, kubeconfig: string): Record<string, string> {
  return { KUBECONFIG: kubeconfig, ...clientHomes(folder) };
}

/** Caches and settings of client programs below `folder`, so that nothing is written into the user's home. */
export function clientHomes(folder: string): Record<string, string> {
  return {
    KUBECACHEDIR: path.join(folder, 'kube-cache'),
    KUBERC: 'off',
    HELM_CACHE_HOME: path.join(folder, 'helm', 'cache'),
    HELM_CONFIG_HOME: path.join(folder, 'helm', 'config'),
    HELM_DATA_HOME: path.join(folder, 'helm', 'data'),
  };
}

/**
 * A folder to put first in PATH: kubectl finds our plugin in it as `kubectl-argo-rollouts`, and kubectl and helm are there
 * where this machine has them from npm only. `pluginProgram` is the absolute path of the plugin's launcher.
 */
export async function programFolder(folder: string, pluginProgram: string, tools: Toolbox): Promise<string> {
  const bin = path.join(folder, 'bin');
  await mkdir(bin, { recursive: true, mode: 0o700 });
  if (process.platform === 'win32') await writeFile(path.join(bin, 'kubectl-argo-rollouts.cmd'), `@node "${pluginProgram}" %*\r\n`);
  else await link(pluginProgram, path.join(bin, 'kubectl-argo-rollouts'));
  for (const name of ['kubectl', 'helm'] as const) {
    const program = await tools.find(name);
    if (program?.source === 'npm') await link(program.path, path.join(bin, name));
  }
  return bin;
}

async function link(target: string, name: string): Promise<void> {
  await symlink(target, name).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

/** Programs that talk to the cluster of `kubeconfig`, with their caches and settings below `folder`. */
export async function clientTools(tools: Toolbox, folder: string, kubeconfig: string, pluginProgram: string): Promise<Toolbox> {
  return tools.with({ programEnv: clientEnvironment(folder, kubeconfig), pathFirst: [await programFolder(folder, pluginProgram, tools)] });
}
