import type { ServiceAddresses } from './server-core.ts';

/** Addresses 10.96.0.2 and up, lowest free first. For tests of the server without a network. */
export class ServiceIpRange implements ServiceAddresses {
  readonly taken = new Set<string>();

  allocateServiceIp(wanted?: string): string {
    if (wanted !== undefined && this.taken.has(wanted)) throw new Error('provided IP is already allocated');
    let ip = wanted;
    for (let last = 2; ip === undefined; last++) if (!this.taken.has(`10.96.0.${last}`)) ip = `10.96.0.${last}`;
    this.taken.add(ip);
    return ip;
  }

  releaseServiceIp(ip: string): void {
    this.taken.delete(ip);
  }
}
