/** A seeded source of chance: the same seed gives the same sequence. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A whole number in [0, limit). */
  below(limit: number): number;
  /** `length` characters of the alphabet that Kubernetes uses for generated names. */
  suffix(length: number): string;
  /** An RFC 9562 version 4 UUID. */
  uuid(): string;
}

/** No vowels and no 0, 1, 3: k8s.io/apimachinery/pkg/util/rand. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** sfc32 seeded through splitmix32. */
export function seededRandom(seed: number): Random {
  let mix = seed >>> 0;
  const splitmix = (): number => {
    mix = (mix + 0x9e3779b9) >>> 0;
    let z = mix;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  let a = splitmix();
  let b = splitmix();
  let c = splitmix();
  let counter = 1;
  const word = (): number => {
    const result = (a + b + counter++) >>> 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + result) >>> 0;
    return result;
  };
  for (let i = 0; i < 12; i++) word();
  const below = (limit: number): number => Math.floor((word() / 2 ** 32) * limit);
  return {
    next: () => (word() * 2 ** 21 + (word() >>> 11)) / 2 ** 53,
    below,
    suffix: (length) => Array.from({ length }, () => ALPHABET[below(ALPHABET.length)]).join(''),
    uuid() {
      const hex = Array.from({ length: 4 }, () => word().toString(16).padStart(8, '0')).join('');
      const variant = '89ab'[below(4)];
      // Joined rather than concatenated: every object keeps one, and a concatenation keeps the pieces it was made of.
      return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `${variant}${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
    },
  };
}

/** A seed that nobody chose, for runs without `--seed`. */
export function freshSeed(): number {
  return Math.floor(Math.random() * 2 ** 31);
}
