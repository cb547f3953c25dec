import { LabError } from '../base/errors.ts';
import { EmbeddedProvider } from '../cluster/providers/embedded.ts';
import { ExistingProvider } from '../cluster/providers/existing.ts';
import type { ClusterProvider } from '../cluster/provider.ts';
import type { App } from './app.ts';

/** Every kind of cluster that this program can use, in the order in which the doctor lists them. */
export function createProviders(app: App): readonly ClusterProvider[] {
  return [new EmbeddedProvider([...app.selfCommand, 'cluster', 'serve']), new ExistingProvider(app.tools)];
}

/** The provider called `name`. Throws `BAD_OPTION` (exit 2) with the names that exist. */
export function providerNamed(name: string, providers: readonly ClusterProvider[]): ClusterProvider {
  const found = providers.find((provider) => provider.name === name);
  if (found === undefined) {
    throw new LabError('BAD_OPTION', `--cluster is "${name}", which is not one of: ${providers.map((provider) => provider.name).join(', ')}.`, {
      next: 'For kind, minikube or k3s: start it yourself and use --cluster existing --context NAME.',
    });
  }
  return found;
}
