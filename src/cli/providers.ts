import path from 'node:path';
import { LabError } from '../base/errors.ts';
import { testcontainersLauncher } from '../cluster/k3s-launcher.ts';
import type { ClusterProvider } from '../cluster/provider.ts';
import { EmbeddedProvider } from '../cluster/providers/embedded.ts';
import { ExistingProvider } from '../cluster/providers/existing.ts';
import { K3sProvider } from '../cluster/providers/k3s.ts';
import { KindProvider } from '../cluster/providers/kind.ts';
import { MinikubeProvider } from '../cluster/providers/minikube.ts';
import type { App } from './app.ts';
import { confirmUse } from './confirm-use.ts';
import { serveCommand } from './serve-command.ts';

/** Every kind of cluster that this program can use, in the order in which the doctor lists them. `yes` answers every question. */
export function createProviders(app: App, options: { yes?: boolean } = {}): readonly ClusterProvider[] {
  const { tools } = app;
  const progress = (line: string): void => {
    app.stderr.write(`${line}\n`);
  };
  const logsFolder = path.join(app.folder.root, 'logs');
  return [
    new EmbeddedProvider(serveCommand(app)),
    new KindProvider({ tools, configFile: path.join(app.projectRoot, 'kind', 'cluster.yaml'), logsFolder, progress }),
    new MinikubeProvider({ tools, logsFolder, progress }),
    new K3sProvider({ tools, launcher: testcontainersLauncher, progress }),
    new ExistingProvider({ tools, confirm: options.yes === true ? async () => true : (question) => confirmUse(app, question) }),
  ];
}

/** The provider called `name`. Throws `BAD_OPTION` (exit 2) with the names that exist. */
export function providerNamed(name: string, providers: readonly ClusterProvider[]): ClusterProvider {
  const found = providers.find((provider) => provider.name === name);
  if (found === undefined) {
    throw new LabError(
      'BAD_OPTION',
      `--cluster is "${name}", which is not one of: ${providers.map((provider) => provider.name).join(', ')}.`,
      {
        next: 'For another kind of cluster: start it yourself and use --cluster existing --context NAME.',
      },
    );
  }
  return found;
}
