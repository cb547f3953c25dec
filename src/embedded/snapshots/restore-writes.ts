import type { Lease } from '../../kube/generated/types.ts';
import type { AnyObject } from '../../kube/object.ts';
import { customResourceDefinitions, namespaces } from '../../kube/resource-type.ts';
import { storagePrefix } from '../apiserver/storage-key.ts';
import type { Entry, Write } from '../store/store.ts';
import { isKept, isLease } from './kept-keys.ts';

/** Others depend on them: they come first and go last. */
const FIRST = [storagePrefix(customResourceDefinitions), storagePrefix(namespaces)];

/**
 * The writes that lead from the current state to a kept one. Every object is written back, with its uid and with what `moved` makes of
 * it; what came later vanishes, whatever its finalizers. A history that watchers may see: a name that has changed hands is deleted
 * before it is created.
 */
export function restoreWrites(
  current: readonly Entry[],
  kept: ReadonlyMap<string, Entry>,
  moved: (object: AnyObject) => AnyObject,
): Write[] {
  const deletions: Write[] = [];
  const puts: Write[] = [];
  const present = new Map(current.flatMap((entry) => (isKept(entry.key) ? [[entry.key, entry]] : [])));
  for (const [key, entry] of present) {
    const then = kept.get(key);
    const stays = isLease(key) ? sameHolder(then, entry) : then !== undefined && uidOf(then) === uidOf(entry);
    if (!stays) deletions.push({ type: 'delete', key, build: (revision) => withRevision(objectOf(entry), revision) });
  }
  for (const [key, entry] of kept) {
    if (isLease(key)) continue;
    const object = objectOf(entry);
    const next = moved(object);
    if (next === object && present.get(key) === entry) continue;
    puts.push({ type: 'put', key, build: (revision) => withRevision(next, revision) });
  }
  return [...byRank(deletions).reverse(), ...byRank(puts)];
}

/**
 * A Lease is not taken back while who held it then holds it still; otherwise it is given up, as nobody knows whether its holder lives.
 */
function sameHolder(then: Entry | undefined, now: Entry): boolean {
  if (then === undefined || uidOf(then) !== uidOf(now)) return false;
  return holderOf(then) === holderOf(now);
}

function byRank(writes: readonly Write[]): Write[] {
  const rank = ({ key }: Write): number => {
    const at = FIRST.findIndex((prefix) => key.startsWith(prefix));
    return at < 0 ? FIRST.length : at;
  };
  return [...writes].sort((a, b) => rank(a) - rank(b));
}

function objectOf(entry: Entry): AnyObject {
  return entry.value.object as AnyObject;
}

function uidOf(entry: Entry): string {
  return objectOf(entry).metadata.uid;
}

function holderOf(entry: Entry): string | undefined {
  return (entry.value.object as Lease).spec?.holderIdentity;
}

function withRevision(object: AnyObject, revision: number): AnyObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}
