import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import type { Clock } from '../../../base/clock.ts';
import type { Random } from '../../../base/random.ts';
import type { ServiceAccount, UserInfo } from '../../../kube/generated/types.ts';
import type { KubeObject } from '../../../kube/object.ts';
import { pods, secrets, serviceAccounts } from '../../../kube/resource-type.ts';
import type { Store } from '../../store/store.ts';
import { storageKey } from '../storage-key.ts';

export const TOKEN_ISSUER = 'https://kubernetes.default.svc.cluster.local';
const MAX_VERIFIED = 2000;

/** What a token is bound to besides its account. */
export interface BoundObject {
  kind: 'Pod' | 'Secret';
  name: string;
  uid: string;
}

interface Claims {
  iss: string;
  sub: string;
  aud: string[];
  exp: number;
  iat: number;
  nbf: number;
  jti: string;
  'kubernetes.io': {
    namespace: string;
    serviceaccount: { name: string; uid: string };
    pod?: { name: string; uid: string };
    secret?: { name: string; uid: string };
  };
}

/** Signs and checks the JWTs of ServiceAccounts. Times are the host's: a token must not expire because a cluster's clock jumped. */
export class ServiceAccountTokens {
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  readonly #store: Store;
  readonly #hostClock: Clock;
  readonly #random: Random;
  /** Claims by token text, for tokens whose signature was checked before. */
  readonly #verified = new Map<string, Claims>();

  constructor(signingKeyPem: string, deps: { store: Store; hostClock: Clock; random: Random }) {
    this.#privateKey = createPrivateKey(signingKeyPem);
    this.#publicKey = createPublicKey(this.#privateKey);
    this.#store = deps.store;
    this.#hostClock = deps.hostClock;
    this.#random = deps.random;
  }

  static createSigningKey(): string {
    return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  }

  /** A token of an existing account. `expiresAtMs` is host time. */
  issue(
    account: ServiceAccount,
    options: { expirationSeconds: number; audiences?: readonly string[] | undefined; bound?: BoundObject | undefined },
  ): { token: string; expiresAtMs: number } {
    const { name, namespace, uid } = account.metadata;
    const iat = Math.floor(this.#hostClock.nowMs() / 1000);
    const claims: Claims = {
      aud: options.audiences !== undefined && options.audiences.length > 0 ? [...options.audiences] : [TOKEN_ISSUER],
      exp: iat + options.expirationSeconds,
      iat,
      iss: TOKEN_ISSUER,
      jti: this.#random.uuid(),
      'kubernetes.io': {
        namespace: namespace!,
        ...(options.bound?.kind === 'Pod' ? { pod: { name: options.bound.name, uid: options.bound.uid } } : {}),
        ...(options.bound?.kind === 'Secret' ? { secret: { name: options.bound.name, uid: options.bound.uid } } : {}),
        serviceaccount: { name, uid },
      },
      nbf: iat,
      sub: `system:serviceaccount:${namespace}:${name}`,
    };
    const text = `${encode({ alg: 'ES256', typ: 'JWT' })}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(text), { key: this.#privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
    return { token: `${text}.${signature}`, expiresAtMs: claims.exp * 1000 };
  }

  /** The user of a token of ours that is valid now and whose account (and Pod) still exists. */
  authenticate(token: string, audiences: readonly string[] = [TOKEN_ISSUER]): { user: UserInfo; audiences: string[] } | undefined {
    const claims = this.#claimsOf(token);
    if (claims === undefined) return undefined;
    const nowSeconds = this.#hostClock.nowMs() / 1000;
    const matching = claims.aud.filter((audience) => audiences.includes(audience));
    if (nowSeconds >= claims.exp || nowSeconds < claims.nbf - 60 || matching.length === 0) return undefined;
    const { namespace, serviceaccount, pod, secret } = claims['kubernetes.io'];
    if (this.#uidOf(storageKey(serviceAccounts, namespace, serviceaccount.name)) !== serviceaccount.uid) return undefined;
    if (pod !== undefined && this.#uidOf(storageKey(pods, namespace, pod.name)) !== pod.uid) return undefined;
    if (secret !== undefined && this.#uidOf(storageKey(secrets, namespace, secret.name)) !== secret.uid) return undefined;
    const extra = {
      'authentication.kubernetes.io/credential-id': [`JTI=${claims.jti}`],
      ...(pod === undefined
        ? {}
        : { 'authentication.kubernetes.io/pod-name': [pod.name], 'authentication.kubernetes.io/pod-uid': [pod.uid] }),
    };
    return { user: { ...serviceAccountUser(namespace, serviceaccount.name), uid: serviceaccount.uid, extra }, audiences: matching };
  }

  #uidOf(key: string): string | undefined {
    return (this.#store.get(key)?.value.object as KubeObject | undefined)?.metadata.uid;
  }

  #claimsOf(token: string): Claims | undefined {
    const known = this.#verified.get(token);
    if (known !== undefined) return known;
    const [header, payload, signature] = token.split('.');
    if (header === undefined || payload === undefined || signature === undefined) return undefined;
    try {
      if (
        !verify(
          'sha256',
          Buffer.from(`${header}.${payload}`),
          { key: this.#publicKey, dsaEncoding: 'ieee-p1363' },
          Buffer.from(signature, 'base64url'),
        )
      )
        return undefined;
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims;
      if (claims.iss !== TOKEN_ISSUER) return undefined;
      if (this.#verified.size >= MAX_VERIFIED) this.#verified.clear();
      this.#verified.set(token, claims);
      return claims;
    } catch {
      return undefined;
    }
  }
}

/** The user that a ServiceAccount acts as. */
export function serviceAccountUser(namespace: string, name: string): UserInfo {
  return {
    username: `system:serviceaccount:${namespace}:${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
