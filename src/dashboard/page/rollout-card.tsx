import type { WireReplicaSet, WireRollout } from '../wire.ts';
import { ActionButtons } from './action-buttons.tsx';
import { useTexts } from './language.ts';
import { memo } from './memo.ts';
import { PodIcons } from './pod-icons.tsx';
import { followInPage, hrefOf, type Route } from './route.ts';
import { Sign } from './sign.tsx';
import { StatusBadge } from './status-badge.tsx';

export interface RolloutCardProps {
  rollout: WireRollout;
  isFavourite: boolean;
  onToggleFavourite: (name: string) => void;
}

/** Revisions that have Pods, or the newest one. */
export function shownSets(rollout: WireRollout): WireReplicaSet[] {
  const sets = rollout.replicaSets ?? [];
  const busy = sets.filter((set) => (set.pods ?? []).length > 0 || set.stable || set.canary || set.active || set.preview);
  return busy.length > 0 ? busy : sets.slice(0, 1);
}

export function FavouriteButton({ name, isFavourite, onToggle }: { name: string; isFavourite: boolean; onToggle: (name: string) => void }) {
  const texts = useTexts();
  return (
    <button
      type="button"
      class={`plain star${isFavourite ? ' on' : ''}`}
      aria-pressed={isFavourite}
      aria-label={isFavourite ? texts.removeFavourite(name) : texts.addFavourite(name)}
      onClick={() => onToggle(name)}
    >
      <Sign name="star" isFilled={isFavourite} />
    </button>
  );
}

export function routeTo(rollout: WireRollout): Route {
  return { page: 'rollout', namespace: rollout.objectMeta.namespace, name: rollout.objectMeta.name };
}

export const RolloutCard = memo(({ rollout, isFavourite, onToggleFavourite }: RolloutCardProps) => {
  const texts = useTexts();
  const { name } = rollout.objectMeta;
  const sets = shownSets(rollout);
  return (
    <li class="card" data-rollout={name}>
      <div class="row">
        <FavouriteButton name={name} isFavourite={isFavourite} onToggle={onToggleFavourite} />
        <h2>
          <a href={hrefOf(routeTo(rollout))} onClick={followInPage(routeTo(rollout))}>
            {name}
          </a>
        </h2>
        <StatusBadge status={rollout.status} />
      </div>
      <dl class="facts">
        <div>
          <dt>{texts.strategy}</dt>
          <dd>{rollout.strategy ?? '–'}</dd>
        </div>
        {rollout.strategy === 'Canary' ? (
          <div>
            <dt>{texts.weight}</dt>
            <dd>{rollout.setWeight ?? '0'}</dd>
          </div>
        ) : null}
        {rollout.step === undefined ? null : (
          <div>
            <dt>{texts.step}</dt>
            <dd>{rollout.step}</dd>
          </div>
        )}
      </dl>
      {sets.length === 0 ? (
        <p class="muted">{texts.noReplicaSets}</p>
      ) : (
        sets.map((set) => (
          <div key={set.objectMeta.name} class="set row">
            <StatusBadge status={set.status} short />
            <span>{texts.revisionN(set.revision ?? 0)}</span>
            <PodIcons pods={set.pods ?? []} />
          </div>
        ))
      )}
      {rollout.message === undefined || rollout.message === 'CanaryPauseStep' ? null : <p class="message">{rollout.message}</p>}
      <ActionButtons rollout={rollout} verbs={['restart', 'promote']} />
    </li>
  );
});
