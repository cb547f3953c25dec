import { type FailureRule, rule } from './failure-rule.ts';

/** What minikube says: the stable ids that it prints, which do not change with its sentences. */
export const MINIKUBE_FAILURES: readonly FailureRule[] = [
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
  rule(
    ['minikube'],
    /Exiting due to (HOST_\w+|IF_\w+)/,
    'HOST_IN_THE_WAY',
    (match) => `This machine or its network is in the way of minikube (${match[1]}).`,
    'Look at what it says: minikube logs. Then check this machine: npm run doctor',
  ),
  rule(
    ['minikube'],
    /Profile "([^"]+)" not found/,
    'CLUSTER_GONE',
    (match) => `There is no minikube profile "${match[1]}" (any more).`,
    'Run the lab again.',
  ),
];

/** Exit codes of minikube in groups of ten, when no id was printed. */
export const MINIKUBE_EXIT_GROUPS: Readonly<Record<number, string>> = {
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
