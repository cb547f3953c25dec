import type { Toolbox } from '../tools/toolbox.ts';

/** The versions of the client programs, for the report of a run. */
export async function clientVersions(tools: Toolbox): Promise<Record<string, string>> {
  const [kubectl, helm] = await Promise.all([
    tools.run('kubectl', ['version', '--client', '--output=json']),
    tools.run('helm', ['version', '--short']),
  ]);
  return {
    kubectl:
      kubectl.exitCode === 0
        ? (JSON.parse(kubectl.stdout) as { clientVersion: { gitVersion: string } }).clientVersion.gitVersion
        : 'unknown',
    helm: helm.stdout.trim() || 'unknown',
  };
}
