import { LabError } from '../../base/errors.ts';
import { setImage } from '../../rollouts/commands/set-image.ts';
import type { CommandModule } from '../command-module.ts';

export const addSetImage: CommandModule = (parent, session) => {
  const set = parent.command('set').description('change a rollout');
  set
    .command('image <rollout> <container=image>')
    .description('start a rollout to another image (container "*": all)')
    .action(async (name: string, pair: string) => {
      const at = pair.indexOf('=');
      if (at <= 0 || at === pair.length - 1) throw new LabError('BAD_ARGUMENT', `invalid argument "${pair}": expected CONTAINER=IMAGE`);
      const { api, namespace } = await session().connect();
      const update = await setImage(
        api,
        { namespace, name },
        { container: pair.slice(0, at), image: pair.slice(at + 1) },
        { signal: session().host.signal },
      );
      session().print(`${update.kind} "${update.name}" image updated`);
    });
};
