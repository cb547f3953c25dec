import { gunzipSync } from 'node:zlib';
import type { Secret } from '../kube/generated/types.ts';
import type { KubeObject } from '../kube/object.ts';
import { redactText } from './redact-text.ts';

/** Fields and variables whose text is a secret, by the end of their name: `secretName` only names one. */
const SECRET_NAME =
  /(token|passwo?r?d|passphrase|secret|credentials?|authorization|(api|private|access|secret|signing)[-_.]?key)([-_.]?value)?$/i;
const HELM_RELEASE = 'helm.sh/release.v1';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** Shorter texts stand in too many other words. */
const MIN_LENGTH = 6;
const HIDDEN = '(redacted)';

/** What a cluster's objects hold in secret-looking places, so that it can be taken out of every text that may repeat it. */
export class SecretValues {
  readonly #values = new Set<string>();

  /** Remembers what is secret in the object: a Secret's data, the values of Helm releases, fields and variables with such names. */
  learn(object: KubeObject): void {
    if (object.kind === 'Secret') this.#learnSecret(object as Secret);
    this.#walk(object);
  }

  /** The text without what has been learned, and without what looks like a secret. */
  hide(text: string): string {
    let hidden = text;
    for (const value of [...this.#values].sort((a, b) => b.length - a.length)) hidden = hidden.replaceAll(value, HIDDEN);
    return redactText(hidden);
  }

  #learnSecret({ type, data = {} }: Secret): void {
    for (const encoded of Object.values(data)) {
      const decoded = Buffer.from(encoded, 'base64').toString('utf8');
      this.#add(encoded);
      if (type === HELM_RELEASE) this.#walk(helmRelease(decoded));
      else this.#add(decoded);
    }
  }

  #walk(value: unknown): void {
    if (Array.isArray(value)) for (const item of value) this.#walk(item);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    const fields = value as Record<string, unknown>;
    if (typeof fields['name'] === 'string' && SECRET_NAME.test(fields['name'])) this.#add(fields['value']);
    for (const [key, content] of Object.entries(fields)) {
      if (SECRET_NAME.test(key)) this.#add(content);
      if (key === LAST_APPLIED && typeof content === 'string') this.#walk(parsed(content));
      this.#walk(content);
    }
  }

  #add(value: unknown): void {
    if (typeof value !== 'string' || value.trim().length < MIN_LENGTH || value.startsWith('/') || value.includes('\ufffd')) return;
    this.#values.add(value.trim());
    this.#values.add(Buffer.from(value).toString('base64'));
  }
}

/** The object without managedFields, a Secret's data, what kubectl last applied, and texts under secret-looking names. */
export function redacted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redacted);
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Record<string, unknown>;
  const isNamed = typeof fields['name'] === 'string' && SECRET_NAME.test(fields['name']);
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, content]): [string, unknown][] => {
      if (key === 'managedFields') return [];
      const isData = fields['kind'] === 'Secret' && (key === 'data' || key === 'stringData');
      if (isData) return [[key, Object.fromEntries(Object.keys(content as object).map((name) => [name, HIDDEN]))]];
      const isSecret = SECRET_NAME.test(key) || key === LAST_APPLIED || key === 'caBundle' || (isNamed && key === 'value');
      return [[key, isSecret && typeof content === 'string' ? HIDDEN : redacted(content)]];
    }),
  );
}

/** What Helm keeps of a release: values and chart. Nothing when it cannot be read. */
function helmRelease(text: string): unknown {
  try {
    return JSON.parse(gunzipSync(Buffer.from(text, 'base64')).toString('utf8'));
  } catch {
    return undefined;
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
