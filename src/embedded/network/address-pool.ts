/** The addresses of one IPv4 range, handed out in turn so that a released address comes back as late as possible. */
export class AddressPool {
  readonly #name: string;
  readonly #base: number;
  readonly #size: number;
  readonly #firstOffset: number;
  readonly #taken = new Set<number>();
  #next: number;

  /** `cidr` is such as `10.244.0.0/16`; offsets below `firstOffset` are only given to those who ask for them. */
  constructor(name: string, cidr: string, firstOffset: number) {
    const [address, bits] = cidr.split('/');
    this.#name = name;
    this.#base = numberOf(address!)!;
    this.#size = 2 ** (32 - Number(bits));
    this.#firstOffset = firstOffset;
    this.#next = firstOffset;
  }

  contains(ip: string): boolean {
    const value = numberOf(ip);
    return value !== undefined && value >= this.#base && value < this.#base + this.#size;
  }

  isFree(ip: string): boolean {
    return this.contains(ip) && !this.#taken.has(numberOf(ip)! - this.#base);
  }

  /** Takes a free address, or exactly `wanted`. Throws an Error with upstream's ipallocator texts. */
  take(wanted?: string): string {
    if (wanted !== undefined) {
      if (!this.contains(wanted)) throw new Error('the provided IP is not in the valid range');
      const offset = numberOf(wanted)! - this.#base;
      if (this.#taken.has(offset)) throw new Error('provided IP is already allocated');
      this.#taken.add(offset);
      return wanted;
    }
    const usable = this.#size - 1 - this.#firstOffset;
    for (let tries = 0; tries < usable; tries++) {
      const offset = this.#next;
      this.#next = offset + 1 >= this.#size - 1 ? this.#firstOffset : offset + 1;
      if (this.#taken.has(offset)) continue;
      this.#taken.add(offset);
      return textOf(this.#base + offset);
    }
    throw new Error(`the ${this.#name} range is full`);
  }

  release(ip: string): void {
    const value = numberOf(ip);
    if (value !== undefined) this.#taken.delete(value - this.#base);
  }
}

function numberOf(ip: string): number | undefined {
  const parts = ip.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return undefined;
  return parts.reduce((value, part) => value * 256 + part, 0);
}

function textOf(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
