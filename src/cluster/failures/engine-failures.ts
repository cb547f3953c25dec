import { type FailureRule, rule } from './failure-rule.ts';

const CONTAINERS = ['kind', 'minikube', 'k3s', 'docker'] as const;

/** What a container engine says when it cannot do what a cluster in a container, or the build of an image, asks of it. */
export const ENGINE_FAILURES: readonly FailureRule[] = [
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
    /cannot expose privileged port (\d+)|ip_unprivileged_port_start|:(\d+): bind: permission denied/,
    'PRIVILEGED_PORT',
    (match) => `An engine without root cannot publish port ${match[1] ?? match[2] ?? '80'} of this machine.`,
    'Allow it: sudo sysctl net.ipv4.ip_unprivileged_port_start=80',
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
];
