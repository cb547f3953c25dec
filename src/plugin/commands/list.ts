import { rfc3339 } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { Informer } from '../../kube/informer.ts';
import { type Rollout, rollouts } from '../../rollouts/rollout.ts';
import { experiments } from '../../rollouts/tree/experiment.ts';
import { renderExperimentList } from '../../rollouts/tree/experiment-list.ts';
import { listRow, renderList } from '../../rollouts/tree/rollout-list.ts';
import type { CommandModule } from '../command-module.ts';
import type { Session } from '../session.ts';

interface ListFlags {
  name?: string;
  allNamespaces?: boolean;
  watch?: boolean;
  timestamps?: boolean;
}

async function listRollouts(session: Session, flags: ListFlags): Promise<void> {
  const { host } = session;
  const { api, namespace, serverNowMs } = await session.connect();
  const selection = {
    namespace: flags.allNamespaces ? undefined : namespace,
    fieldSelector: flags.name === undefined ? undefined : `metadata.name=${flags.name}`,
  };
  const options = () => ({ allNamespaces: flags.allNamespaces, timestamp: flags.timestamps ? rfc3339(serverNowMs()) : undefined });
  const { items } = await api.list(rollouts, selection, { signal: host.signal });
  if (items.length === 0 && !flags.watch) {
    host.stderr('No resources found.\n');
    return;
  }
  host.stdout(renderList(items, options()));
  if (!flags.watch) return;

  const printed = new Map(items.map((rollout) => [rollout.metadata.uid, listRow(rollout).join('\t')]));
  const informer = new Informer(api, rollouts, { clock: host.clock, log: silentLog }, selection);
  informer.onChange((change) => {
    const rollout: Rollout = change.object;
    const row = listRow(rollout).join('\t');
    if (change.type === 'deleted') {
      printed.delete(rollout.metadata.uid);
      return;
    }
    if (printed.get(rollout.metadata.uid) === row) return;
    printed.set(rollout.metadata.uid, row);
    host.stdout(renderList([rollout], { ...options(), header: false }));
  });
  informer.start(host.signal);
  await new Promise<void>((resolve) => {
    if (host.signal.aborted) resolve();
    host.signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

export const addList: CommandModule = (parent, session) => {
  const list = parent.command('list').description('list rollouts or experiments');
  list
    .command('rollouts')
    .aliases(['ro', 'rollout'])
    .description('one line per rollout')
    .option('--name <name>', 'only the rollout of this name')
    .option('-A, --all-namespaces', 'of every namespace')
    .option('-w, --watch', 'print a line whenever something changes')
    .option('--timestamps', 'start each line with the time')
    .action((flags: ListFlags) => listRollouts(session(), flags));
  list
    .command('experiments')
    .aliases(['exp', 'experiment'])
    .description('one line per experiment')
    .option('-A, --all-namespaces', 'of every namespace')
    .action(async ({ allNamespaces }: { allNamespaces?: boolean }) => {
      const { host } = session();
      const { api, namespace, serverNowMs } = await session().connect();
      const { items } = await api.list(experiments, { namespace: allNamespaces ? undefined : namespace }, { signal: host.signal });
      if (items.length === 0) host.stderr('No resources found.\n');
      else host.stdout(renderExperimentList(items, { allNamespaces, nowMs: serverNowMs() }));
    });
};
