import { patchNotes } from '../generated/list-notes.ts';

/** How strategic merge patch treats a list or map. `key` absent with `merge`: a list of scalars merged as a set. */
export interface MergeRule {
  readonly merge?: boolean;
  readonly key?: string;
  readonly retainKeys?: boolean;
}

/** An EphemeralContainer holds the fields of a Container, whose notes stand with its common part. */
const EPHEMERAL = ['env', 'ports', 'volumeMounts', 'volumeDevices'].map((field): [string, MergeRule] => [
  `EphemeralContainer.${field}`,
  patchNotes[`Container.${field}`]!,
]);

/** Rules by struct and field. A list that is not here is replaced as a whole. */
export const mergeKeys: Readonly<Record<string, MergeRule>> = {
  ...Object.fromEntries(Object.entries(patchNotes).filter(([, { replace }]) => replace !== true)),
  ...Object.fromEntries(EPHEMERAL),
  // Not among the packages that the notes are read from.
  'APIServiceStatus.conditions': { merge: true, key: 'type' },
};

/** Maps that strategic merge replaces as a whole. */
export const replacedMaps: ReadonlySet<string> = new Set(
  Object.entries(patchNotes)
    .filter(([, { replace }]) => replace === true)
    .map(([path]) => path),
);
