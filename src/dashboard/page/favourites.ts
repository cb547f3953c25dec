import { useCallback, useState } from 'preact/hooks';
import { store, stored } from './browser-storage.ts';

/** The key of upstream's page, in its form: names with `true`. */
const KEY = 'rolloutsFavorites';

function read(): Set<string> {
  try {
    const value: unknown = JSON.parse(stored(KEY) ?? '{}');
    return new Set(
      typeof value === 'object' && value !== null
        ? Object.entries(value)
            .filter(([, isOne]) => isOne === true)
            .map(([name]) => name)
        : [],
    );
  } catch {
    return new Set();
  }
}

export function useFavourites(): [ReadonlySet<string>, (name: string) => void] {
  const [favourites, setFavourites] = useState<ReadonlySet<string>>(read);
  // Always the same function: cards are drawn again only when something of theirs changes.
  const toggle = useCallback(
    (name: string): void =>
      setFavourites((before) => {
        const next = new Set(before);
        if (!next.delete(name)) next.add(name);
        store(KEY, JSON.stringify(Object.fromEntries([...next].map((favourite) => [favourite, true]))));
        return next;
      }),
    [],
  );
  return [favourites, toggle];
}
