import { type FailureRule, rule } from './failure-rule.ts';

/** What k3s in a container says, and testcontainers about it. */
export const K3S_FAILURES: readonly FailureRule[] = [
  rule(
    ['k3s'],
    /cannot enter cgroupv2 "\/sys\/fs\/cgroup[^"]*" with domain controllers/,
    'CGROUP_V2_CONTROLLERS',
    'k3s cannot use the cgroups of its container.',
    'Use Docker with cgroup v2 and root, or "--cluster kind".',
  ),
  rule(
    ['k3s'],
    /(?:rootless|privileged)[^\n]*(?:not allowed|not permitted|forbidden)/i,
    'PRIVILEGED_CONTAINERS_FORBIDDEN',
    'This machine does not allow privileged containers, which k3s needs.',
    'Use "--cluster embedded".',
  ),
  rule(
    ['k3s'],
    /no such image|manifest (?:for \S+ )?(?:not found|unknown)|pull access denied|no such host/i,
    'NODE_IMAGE_UNREACHABLE',
    'The image of k3s cannot be pulled.',
    'Load it beforehand with "docker pull".',
  ),
  rule(
    ['k3s'],
    /Log message "?[^\n]*not received after|startup timeout|Timed out after/i,
    'NODE_NOT_READY',
    'k3s did not come up in time.',
    'Give the engine more memory (2 GB) and try again.',
  ),
];
