import type { PodTemplateSpec } from '../kube/generated/types.ts';
import { goJson } from './go-json.ts';

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** 32-bit FNV-1a. */
function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** The hash of a text as a name part: decimal digits through the alphabet of k8s.io/apimachinery SafeEncodeString. */
export function safeHash(text: string, collisionCount?: number): string {
  const bytes = [...new TextEncoder().encode(text)];
  if (collisionCount !== undefined) {
    const tail = new Uint8Array(8);
    new DataView(tail.buffer).setUint32(0, collisionCount, true);
    bytes.push(...tail);
  }
  return [...String(fnv1a(Uint8Array.from(bytes)))].map((digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length]).join('');
}

/** The hash that names the ReplicaSet of a pod template: no defaults are applied first. */
export function podTemplateHash(template: PodTemplateSpec, collisionCount?: number): string {
  const { creationTimestamp: _, ...metadata } = (template.metadata ?? {}) as Record<string, unknown>;
  return safeHash(goJson({ metadata, spec: template.spec ?? { containers: null } }, 'template'), collisionCount);
}
