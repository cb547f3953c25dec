import { atomicStructNotes, listNotes, mapNotes } from '../generated/list-notes.ts';

const mapLists = Object.entries(listNotes).filter((entry): entry is [string, readonly string[]] => entry[1] !== 'set');
/** An EphemeralContainer holds the fields of a Container, whose notes stand with its common part. */
const EPHEMERAL = ['env', 'ports', 'volumeMounts', 'volumeDevices'].map((field): [string, readonly string[]] => [
  `EphemeralContainer.${field}`,
  listNotes[`Container.${field}`] as readonly string[],
]);
const named = (note: 'atomic' | 'granular'): string[] =>
  Object.entries(mapNotes)
    .filter(([, one]) => one === note)
    .map(([path]) => path);

/** Lists that server-side apply merges by key. A list that is in neither table is atomic. Not the same as the merge keys of strategic merge patch. */
export const listMapKeys: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries([...mapLists, ...EPHEMERAL]),
  // Not among the packages that the notes are read from.
  'APIServiceStatus.conditions': ['type'],
  'CustomResourceDefinitionStatus.conditions': ['type'],
};

/** Lists of scalars merged as sets. */
export const listSets: ReadonlySet<string> = new Set(
  Object.entries(listNotes)
    .filter(([, note]) => note === 'set')
    .map(([path]) => path),
);

/** Structs that one manager owns as a whole. */
export const atomicStructs: ReadonlySet<string> = new Set(atomicStructNotes);

/** Fields whose map or struct one manager owns as a whole. */
export const atomicFields: ReadonlySet<string> = new Set(named('atomic'));

/** Fields whose struct is owned field by field although its type is atomic elsewhere. */
export const granularFields: ReadonlySet<string> = new Set(named('granular'));
