import type { PodTemplateSpec } from '../../kube/generated/types.ts';
import { canonicalJson } from './canonical-json.ts';

/** k8s.io/apimachinery/pkg/util/rand SafeEncodeString. */
const SAFE = 'bcdfghjklmnpqrstvwxz2456789';

/** FNV-1a, 32 bits, over UTF-8. */
export function fnv32a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/** The decimal digits of a hash in letters that spell no words. */
export function safeEncode(text: string): string {
  return [...text].map((character) => SAFE[character.charCodeAt(0) % SAFE.length]).join('');
}

/**
 * The `pod-template-hash` of a template. Stable and of upstream's shape, but not upstream's number: that one hashes Go's
 * own printing of the struct. `collisionCount` changes it after a name was found taken.
 */
export function templateHash(template: PodTemplateSpec, collisionCount?: number): string {
  const suffix = collisionCount === undefined ? '' : `#${collisionCount}`;
  return safeEncode(String(fnv32a(canonicalJson(template) + suffix)));
}
