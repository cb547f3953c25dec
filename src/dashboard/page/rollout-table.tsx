import type { WireRollout } from '../wire.ts';
import { ActionButtons } from './action-buttons.tsx';
import { useTexts } from './language.ts';
import { memo } from './memo.ts';
import { FavouriteButton, type RolloutCardProps, routeTo } from './rollout-card.tsx';
import { followInPage, hrefOf } from './route.ts';
import { StatusBadge } from './status-badge.tsx';

export function RolloutTable({
  rollouts,
  favourites,
  onToggleFavourite,
}: {
  rollouts: readonly WireRollout[];
  favourites: ReadonlySet<string>;
  onToggleFavourite: (name: string) => void;
}) {
  const texts = useTexts();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section class="scroll" tabIndex={0} aria-label={texts.rollouts}>
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span class="visually-hidden">{texts.favourites}</span>
            </th>
            <th scope="col">{texts.name}</th>
            <th scope="col">{texts.strategy}</th>
            <th scope="col">{texts.step}</th>
            <th scope="col">{texts.weight}</th>
            <th scope="col">{texts.ready}</th>
            <th scope="col">{texts.status}</th>
            <th scope="col">
              <span class="visually-hidden">{texts.actions.promote}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rollouts.map((rollout) => (
            <RolloutRow
              key={rollout.objectMeta.name}
              rollout={rollout}
              isFavourite={favourites.has(rollout.objectMeta.name)}
              onToggleFavourite={onToggleFavourite}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

const RolloutRow = memo(({ rollout, isFavourite, onToggleFavourite }: RolloutCardProps) => {
  const { name } = rollout.objectMeta;
  return (
    <tr data-rollout={name}>
      <td>
        <FavouriteButton name={name} isFavourite={isFavourite} onToggle={onToggleFavourite} />
      </td>
      <th scope="row">
        <a href={hrefOf(routeTo(rollout))} onClick={followInPage(routeTo(rollout))}>
          {name}
        </a>
      </th>
      <td>{rollout.strategy ?? '–'}</td>
      <td>{rollout.step ?? '–'}</td>
      <td>{rollout.setWeight ?? '–'}</td>
      <td>
        {rollout.ready ?? 0}/{rollout.desired ?? 0}
      </td>
      <td>
        <StatusBadge status={rollout.status} />
      </td>
      <td>
        <ActionButtons rollout={rollout} verbs={['restart', 'promote']} />
      </td>
    </tr>
  );
});
