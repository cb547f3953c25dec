import { createHash } from 'node:crypto';

/** Why an image is not there. Every image has a program or a stand-in, so only a name that says so cannot be pulled. */
export function isMissingImage(reference: string): boolean {
  return /does-not-exist|no-such-image/.test(reference);
}

/** The reference as a container runtime reports it: registry and tag filled in, the digest kept instead of the tag. */
export function normalizedImage(reference: string): string {
  const [name, digest] = reference.split('@');
  const { repository, tag } = splitReference(name!);
  const first = repository.split('/')[0]!;
  const hasRegistry = repository.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  const full = hasRegistry ? repository : `docker.io/${repository.includes('/') ? repository : `library/${repository}`}`;
  if (digest !== undefined) return `${full}@${digest}`;
  return `${full}:${tag ?? 'latest'}`;
}

/** Repository and tag of a reference; the digest is dropped. */
export function splitReference(reference: string): { repository: string; tag: string | undefined } {
  const name = reference.split('@')[0]!;
  const colon = name.lastIndexOf(':');
  if (colon <= name.lastIndexOf('/')) return { repository: name, tag: undefined };
  return { repository: name.slice(0, colon), tag: name.slice(colon + 1) };
}

/** `repository@sha256:…`, stable for a reference: its own digest, else one derived from its text. */
export function imageId(reference: string): string {
  const full = normalizedImage(reference);
  if (full.includes('@')) return full;
  return `${splitReference(full).repository}@sha256:${createHash('sha256').update(full).digest('hex')}`;
}

/** Whether the image is pulled before the start (kubelet/images ShouldPullImage). */
export function shouldPull(policy: string | undefined, isPresent: boolean): boolean {
  if (policy === 'Always') return true;
  return policy !== 'Never' && !isPresent;
}

/** The texts of a failed pull, as containerd words them. */
export function pullFailure(reference: string): string {
  const full = normalizedImage(reference);
  return `Failed to pull image "${reference}": rpc error: code = NotFound desc = failed to pull and unpack image "${full}": failed to resolve reference "${full}": ${full}: not found`;
}

/** Back-off between pulls: 10 s doubling to 5 min. */
export function pullDelayMs(failures: number): number {
  return Math.min(10_000 * 2 ** Math.max(0, failures - 1), 300_000);
}
