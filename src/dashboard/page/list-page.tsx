import { useEffect, useMemo, useState } from 'preact/hooks';
import type { WireLab } from '../wire.ts';
import { store, stored } from './browser-storage.ts';
import { useFavourites } from './favourites.ts';
import { useTexts } from './language.ts';
import { LessonPanel } from './lesson-panel.tsx';
import { RolloutCard } from './rollout-card.tsx';
import { type Filters, isShown, needsAttention } from './rollout-search.ts';
import { RolloutTable } from './rollout-table.tsx';
import { Sign } from './sign.tsx';
import { StatusBadge } from './status-badge.tsx';
import { useRolloutList } from './use-rollout-list.ts';

const COUNTED = ['Progressing', 'Degraded', 'Paused', 'Healthy'] as const;
const NO_FILTERS: Filters = { search: '', statuses: new Set(), onlyFavourites: false, onlyAttention: false };

export function ListPage({ namespace, lesson }: { namespace: string | undefined; lesson: WireLab | undefined }) {
  const texts = useTexts();
  const { rollouts, isConnected } = useRolloutList(namespace);
  const [filters, setFilters] = useState<Filters>(NO_FILTERS);
  const [favourites, toggleFavourite] = useFavourites();
  const [view, setView] = useState<'grid' | 'table'>(() => (stored('dashboardView') === 'table' ? 'table' : 'grid'));
  useEffect(() => {
    document.title = `${texts.rollouts} / ${texts.appName}`;
  }, [texts]);
  const shown = useMemo(() => (rollouts ?? []).filter((rollout) => isShown(rollout, filters, favourites)), [rollouts, filters, favourites]);
  const count = (status: string): number => (rollouts ?? []).filter((rollout) => rollout.status === status).length;
  const toggleStatus = (status: string): void => {
    const statuses = new Set(filters.statuses);
    if (!statuses.delete(status)) statuses.add(status);
    setFilters({ ...filters, statuses });
  };
  const chooseView = (next: 'grid' | 'table'): void => {
    store('dashboardView', next);
    setView(next);
  };
  const attention = (rollouts ?? []).filter(needsAttention).length;
  return (
    <>
      <h1>
        {texts.rollouts} {rollouts === undefined ? null : <span class="count">{texts.shownCount(shown.length, rollouts.length)}</span>}
      </h1>
      {isConnected ? null : (
        <p class="banner" role="alert">
          {texts.connectionLost}
        </p>
      )}
      {lesson === undefined ? null : <LessonPanel lesson={lesson} />}
      <div class="toolbar">
        <label class="search">
          <span class="visually-hidden">{texts.search}</span>
          <input
            type="search"
            placeholder={`${texts.search}: ${texts.searchHint}`}
            value={filters.search}
            onInput={(event) => setFilters({ ...filters, search: event.currentTarget.value })}
          />
        </label>
        <fieldset class="row wrap" aria-label={texts.filterByStatus}>
          {COUNTED.map((status) => (
            <button
              key={status}
              type="button"
              class="chip"
              aria-pressed={filters.statuses.has(status)}
              data-filter={status}
              onClick={() => toggleStatus(status)}
            >
              <StatusBadge status={status} /> <b>{count(status)}</b>
            </button>
          ))}
          <button
            type="button"
            class="chip"
            aria-pressed={filters.onlyAttention}
            onClick={() => setFilters({ ...filters, onlyAttention: !filters.onlyAttention })}
          >
            {texts.needsAttention} <b>{attention}</b>
          </button>
          <button
            type="button"
            class="chip"
            aria-pressed={filters.onlyFavourites}
            onClick={() => setFilters({ ...filters, onlyFavourites: !filters.onlyFavourites })}
          >
            <Sign name="star" isFilled /> {texts.favourites}
          </button>
        </fieldset>
        <fieldset class="row segmented" aria-label={texts.view}>
          <button type="button" aria-pressed={view === 'grid'} onClick={() => chooseView('grid')}>
            {texts.grid}
          </button>
          <button type="button" aria-pressed={view === 'table'} onClick={() => chooseView('table')}>
            {texts.table}
          </button>
        </fieldset>
      </div>
      {rollouts === undefined ? (
        <p class="empty">{texts.loading}</p>
      ) : rollouts.length === 0 ? (
        <div class="empty">
          <p>
            <strong>{texts.noRollouts}</strong>
          </p>
          {lesson === undefined ? (
            <>
              <p>{texts.noRolloutsHint}</p>
              <pre>
                <code>npm run lab -- --keep</code>
              </pre>
            </>
          ) : null}
        </div>
      ) : shown.length === 0 ? (
        <div class="empty">
          <p>{texts.noMatch}</p>
          <button type="button" onClick={() => setFilters(NO_FILTERS)}>
            {texts.clearFilters}
          </button>
        </div>
      ) : view === 'table' ? (
        <RolloutTable rollouts={shown} favourites={favourites} onToggleFavourite={toggleFavourite} />
      ) : (
        <ul class="cards">
          {shown.map((rollout) => (
            <RolloutCard
              key={rollout.objectMeta.uid ?? rollout.objectMeta.name}
              rollout={rollout}
              isFavourite={favourites.has(rollout.objectMeta.name)}
              onToggleFavourite={toggleFavourite}
            />
          ))}
        </ul>
      )}
    </>
  );
}
