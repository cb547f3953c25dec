import { type FailureRule, rule } from './failure-rule.ts';

/** What kind says when a cluster does not come up, or is not there. */
export const KIND_FAILURES: readonly FailureRule[] = [
  rule(
    ['kind'],
    /node\(s\) already exist for a cluster with the name "([^"]+)"/,
    'CLUSTER_EXISTS',
    (match) => `There is already a kind cluster "${match[1]}".`,
    (match) => `Delete it: kind delete cluster --name ${match[1]}`,
  ),
  rule(
    ['kind'],
    /failed to pull image "([^"@]+)[^"]*"/,
    'NODE_IMAGE_UNREACHABLE',
    (match) => `The node image "${match[1]}" cannot be pulled.`,
    (match) => `Load it beforehand (docker pull ${match[1]}), or name one that is here with --kubernetes VERSION.`,
  ),
  rule(
    ['kind'],
    /too many open files/,
    'INOTIFY_LIMIT',
    'The limit on inotify instances is too low for another cluster.',
    'Raise it: sudo sysctl fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=524288',
  ),
  rule(
    ['kind'],
    /Couldn't find an alternative telinit implementation to spawn/,
    'ENGINE_INIT',
    "The Docker daemon puts its own init into every container, which stops the node's.",
    'Remove "init": true from /etc/docker/daemon.json and restart Docker.',
  ),
  rule(
    ['kind'],
    /requires cgroup v2/,
    'CGROUP_V1',
    'A rootless engine needs cgroup v2, and this host has cgroup v1.',
    'Switch the host to cgroup v2 (kernel argument systemd.unified_cgroup_hierarchy=1).',
  ),
  rule(
    ['kind'],
    /Delegate=yes/,
    'CGROUP_NOT_DELEGATED',
    'A rootless engine needs delegated cgroups.',
    'Set Delegate=yes for user@.service, as the kind guide on rootless describes, and log in again.',
  ),
  rule(
    ['kind'],
    /could not find a log line that matches|detected cgroup v1/,
    'NODE_NOT_BOOTED',
    "The node's container started but its system did not boot.",
    (_, { engine }) =>
      engine === 'podman'
        ? 'Set the log driver of Podman to k8s-file, and check for cgroup v2.'
        : 'Check for cgroup v2: Kubernetes 1.35 and newer need it. Older: --kubernetes v1.34.0',
  ),
  rule(
    ['kind'],
    /cgroup v1 is deprecated(?=[\s\S]*ERROR)/,
    'CGROUP_V1',
    'This host has cgroup v1, on which nodes from Kubernetes 1.35 on do not start.',
    'Use an older node (--kubernetes v1.34.0), or switch the host to cgroup v2.',
  ),
  rule(
    ['kind'],
    /image: "([^"]+)" not present locally/,
    'IMAGE_MISSING',
    (match) => `The image "${match[1]}" is not on this machine.`,
    (match) => `Build or pull it first: docker pull ${match[1]}`,
  ),
  rule(
    ['kind'],
    /no nodes found for cluster "([^"]+)"|unknown cluster "([^"]+)"/,
    'CLUSTER_GONE',
    (match) => `There is no kind cluster "${match[1] ?? match[2]}" (any more).`,
    'Run the lab again.',
  ),
  rule(
    ['kind'],
    /failed to init node with kubeadm|timed out waiting for the condition/,
    'NODE_NOT_READY',
    'Kubernetes did not come up inside the node.',
    'Give the engine more memory (4 GB) and look into the exported logs.',
  ),
  rule(
    ['kind'],
    /failed to list clusters/,
    'ENGINE_NOT_RUNNING',
    'kind cannot ask the container engine which clusters there are.',
    (_, { engine }) => `Look whether it answers: ${engine} ps`,
  ),
];
