import { LabError } from '../base/errors.ts';

/** The programs whose failures are known here. */
export type FailingProgram = 'kind' | 'minikube' | 'k3s' | 'helm' | 'docker';

/** What the message may name. */
export interface FailureContext {
  name: string;
  engine: string;
}

interface FailureRule {
  of: readonly FailingProgram[];
  pattern: RegExp;
  code: string;
  cause(match: RegExpMatchArray, about: FailureContext): string;
  next(match: RegExpMatchArray, about: FailureContext): string;
}

const CONTAINERS = ['kind', 'minikube', 'k3s', 'docker'] as const;
const rule = (
  of: readonly FailingProgram[],
  pattern: RegExp,
  code: string,
  cause: string | FailureRule['cause'],
  next: string | FailureRule['next'],
): FailureRule => ({
  of,
  pattern,
  code,
  cause: typeof cause === 'string' ? () => cause : cause,
  next: typeof next === 'string' ? () => next : next,
});

/** From the most special to the most general: the first row that matches decides. */
const RULES: readonly FailureRule[] = [
  // Container engines
  rule(
    CONTAINERS,
    /executable file not found in \$PATH|exec: "(docker|podman|nerdctl)": executable file not found/,
    'ENGINE_MISSING',
    'No container engine was found.',
    'Install Docker or Podman, or use "--cluster embedded", which needs neither.',
  ),
  rule(
    CONTAINERS,
    /permission denied while trying to connect to the Docker daemon|dial unix .*docker\.sock: connect: permission denied/i,
    'ENGINE_FORBIDDEN',
    'This user may not talk to the Docker daemon.',
    'Join the group: sudo usermod -aG docker $USER, then log in again.',
  ),
  rule(
    CONTAINERS,
    /Cannot connect to the Docker daemon|Is the docker daemon running|Could not find a working container runtime strategy|PROVIDER_DOCKER_NOT_RUNNING|unable to connect to Podman/i,
    'ENGINE_NOT_RUNNING',
    'The container engine is installed but does not answer.',
    (_, { engine }) =>
      engine === 'podman' ? 'Start it: podman machine start' : 'Start Docker (Docker Desktop, or: sudo systemctl start docker).',
  ),
  rule(
    CONTAINERS,
    /unable to apply caps|OCI runtime create failed[^\n]*operation not permitted/i,
    'PRIVILEGED_CONTAINERS_FORBIDDEN',
    'This machine does not allow privileged containers, which a cluster in a container needs.',
    'Run it on a machine that allows them, or use "--cluster embedded".',
  ),
  rule(
    CONTAINERS,
    /port is already allocated|address already in use|Ports are not available/i,
    'PORT_TAKEN',
    (match, { name }) => `A port of this machine that cluster "${name}" needs is taken (${match[0]}).`,
    'See who holds it: npm run doctor. Run again to take the next free ports.',
  ),
  rule(
    CONTAINERS,
    /all predefined address pools have been fully subnetted/,
    'NO_NETWORK_LEFT',
    'The container engine has no address range left for another network.',
    'Remove unused networks: docker network prune',
  ),
  rule(
    CONTAINERS,
    /no space left on device|RSRC_DOCKER_STORAGE|RSRC_PODMAN_STORAGE/i,
    'DISK_FULL',
    "The container engine's disk is full.",
    'Free some space: docker system prune',
  ),
  rule(
    ['docker'],
    /failed to (?:solve|resolve source metadata|authorize)[^\n]*(node:[\w.-]+)?|pull access denied|manifest unknown|no such host/i,
    'BASE_IMAGE_UNREACHABLE',
    'The base image of the sample app cannot be pulled.',
    'Load it beforehand: docker pull node:24-alpine. Behind a proxy, tell the engine about it.',
  ),
  // kind
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
  // minikube: the stable ids that it prints
  rule(
    ['minikube'],
    /Exiting due to DRV_AS_ROOT/,
    'DRIVER_AS_ROOT',
    'minikube refuses its docker driver for the user root.',
    'Run it as an ordinary user, or use "--cluster embedded".',
  ),
  rule(['minikube'], /Exiting due to (RSRC_\w*CORES\w*)/, 'TOO_FEW_CPUS', 'minikube needs 2 CPUs.', 'Give the engine at least 2 CPUs.'),
  rule(
    ['minikube'],
    /Exiting due to (RSRC_\w*MEM\w*)/,
    'TOO_LITTLE_MEMORY',
    'minikube needs 4 GB for this lab.',
    'Give the engine at least 4 GB of memory.',
  ),
  rule(
    ['minikube'],
    /Exiting due to (INET_\w+)/,
    'NO_INTERNET',
    (match) => `minikube cannot reach the internet (${match[1]}).`,
    'Check the proxy variables (npm run doctor), or use "--cluster embedded", which needs no network.',
  ),
  rule(
    ['minikube'],
    /Exiting due to (DRV_NOT_HEALTHY|DRV_NOT_DETECTED|DRV_NOT_FOUND)/,
    'DRIVER_UNUSABLE',
    (match) => `minikube finds no driver that works (${match[1]}).`,
    'Start Docker, or name a driver: minikube config set driver podman',
  ),
  rule(
    ['minikube'],
    /Exiting due to (PROVIDER_\w+)/,
    'ENGINE_NOT_RUNNING',
    (match) => `The engine behind minikube does not work (${match[1]}).`,
    'Start Docker (or Podman) and try again.',
  ),
  rule(
    ['minikube'],
    /Exiting due to (GUEST_\w+|K8S_\w+|RUNTIME_\w+)/,
    'NODE_NOT_READY',
    (match) => `Kubernetes did not come up inside minikube (${match[1]}).`,
    'Look into the saved log, and give the engine more memory (4 GB).',
  ),
  rule(
    ['minikube'],
    /Exiting due to (MK_\w+)/,
    'MINIKUBE_USAGE',
    (match) => `minikube does not accept how it was called (${match[1]}); is it older than 1.25?`,
    'Update minikube.',
  ),
  // k3s
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
  // helm
  rule(
    ['helm'],
    /another operation \(install\/upgrade\/rollback\) is in progress/,
    'RELEASE_LOCKED',
    'An earlier run of helm was cut off while it worked on this release.',
    'Undo it: helm rollback RELEASE, or helm uninstall RELEASE, then go on.',
  ),
  rule(
    ['helm'],
    /cannot re-?use a name that is still in use/,
    'RELEASE_EXISTS',
    'A release with this name is already installed.',
    'Remove it (helm uninstall RELEASE), or use another cluster.',
  ),
  rule(
    ['helm'],
    /"([^"]+)" has no deployed releases/,
    'RELEASE_BROKEN',
    (match) => `The first install of release "${match[1]}" failed.`,
    (match) => `Remove it: helm uninstall ${match[1]}`,
  ),
  rule(
    ['helm'],
    /invalid ownership metadata/,
    'FOREIGN_OBJECT',
    "Something else than helm made an object that the chart holds (minikube's ingress addon does).",
    'Switch the addon off (minikube addons disable ingress), or use a fresh cluster.',
  ),
  rule(
    ['helm'],
    /context deadline exceeded|timed out waiting for the condition/,
    'RELEASE_NOT_READY',
    'What the chart installs did not become ready in time.',
    'Without a load balancer "helm --wait" never ends for a LoadBalancer Service; Helm 4 does not see a Rollout as ready. Wait with "kubectl rollout status" instead.',
  ),
];

/** Exit codes of minikube in groups of ten, when no id was printed. */
const MINIKUBE_GROUPS: Readonly<Record<number, string>> = {
  1: 'it was called wrongly or is broken',
  2: 'the machine has too little memory, disk or CPUs',
  3: 'the host is in its way',
  4: 'it cannot reach the internet',
  5: 'its driver does not work',
  6: 'the engine behind it does not work',
  7: 'the network is in its way',
  8: 'the node did not start',
  9: 'the container runtime in the node did not start',
};

/** One error with cause and next step for a program that failed. What is not known keeps the program's own last lines. */
export function explainFailure(program: FailingProgram, output: string, about: FailureContext, exitCode?: number): LabError {
  for (const { of, pattern, code, cause, next } of RULES) {
    const match = of.includes(program) ? output.match(pattern) : null;
    if (match !== null) return new LabError(code, cause(match, about), { cause: new Error(lastLines(output)), next: next(match, about) });
  }
  const group = program === 'minikube' && exitCode !== undefined ? MINIKUBE_GROUPS[Math.floor(exitCode / 10)] : undefined;
  const why = group === undefined ? '' : `: ${group}`;
  return new LabError(
    `${program.toUpperCase()}_FAILED`,
    `${program} failed${exitCode === undefined ? '' : ` (exit code ${exitCode})`}${why}.`,
    { cause: new Error(lastLines(output)), next: 'See what this machine can run: npm run doctor' },
  );
}

function lastLines(output: string): string {
  return output
    .trim()
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-6)
    .join('\n')
    .slice(-1200);
}
