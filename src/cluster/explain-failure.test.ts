import { expect, it } from 'vitest';
import { explainFailure } from './explain-failure.ts';
import type { FailingProgram } from './failures/failure-rule.ts';

// What the programs write (the end of it), and what a user is told.
const rows: [program: FailingProgram, output: string, code: string, message: RegExp, next: RegExp][] = [
  // Seen on a real machine
  [
    'kind',
    `ERROR: failed to create cluster: failed to get docker info: command "docker info --format '{{json .}}'" failed with error: exec: "docker": executable file not found in $PATH`,
    'ENGINE_MISSING',
    /No container engine/,
    /Install Docker/,
  ],
  [
    'kind',
    'ERROR: failed to create cluster: failed to get docker info: command "docker info ..." failed with error: exit status 1\nCannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    'ENGINE_NOT_RUNNING',
    /does not answer/,
    /Start Docker/,
  ],
  [
    'kind',
    'ERROR: failed to create cluster: failed to pull image "kindest/node:v1.37.0@sha256:a1ed56cf": command "docker pull kindest/node:v1.37.0@sha256:a1ed56cf" failed with error: exit status 1\n\nCommand Output: Error response from daemon: Get "https://registry.example/v2/": dial tcp: lookup registry.example: no such host',
    'NODE_IMAGE_UNREACHABLE',
    /"kindest\/node:v1\.37\.0" cannot be pulled/,
    /docker pull kindest\/node:v1\.37\.0/,
  ],
  [
    'kind',
    'cgroup v1 is deprecated in Kubernetes and will not be supported in a future kind release, please upgrade to cgroup v2\nERROR: failed to create cluster: failed to pull image "kindest/node:v1.37.0@sha256:a1": exit status 1',
    'NODE_IMAGE_UNREACHABLE',
    /cannot be pulled/,
    /docker pull/,
  ],
  [
    'kind',
    'Deleted nodes: ["meas2-control-plane"]\nERROR: failed to create cluster: OCI runtime create failed: runc create failed: unable to start container process: unable to apply caps: operation not permitted',
    'PRIVILEGED_CONTAINERS_FORBIDDEN',
    /privileged containers/,
    /--cluster embedded/,
  ],
  [
    'kind',
    `ERROR: failed to list clusters: command "docker ps -a --filter label=io.x-k8s.kind.cluster --format '{{.Label "io.x-k8s.kind.cluster"}}'" failed with error: exec: "docker": executable file not found in $PATH`,
    'ENGINE_MISSING',
    /No container engine/,
    /Install Docker/,
  ],
  [
    'kind',
    'ERROR: failed to list clusters: command "docker ps -a --filter label=io.x-k8s.kind.cluster ..." failed with error: exit status 1',
    'ENGINE_NOT_RUNNING',
    /which clusters there are/,
    /docker ps/,
  ],
  // kind
  [
    'kind',
    "Error: rootlessport cannot expose privileged port 80, you can add 'net.ipv4.ip_unprivileged_port_start=80' to /etc/sysctl.conf",
    'PRIVILEGED_PORT',
    /publish port 80/,
    /ip_unprivileged_port_start=80/,
  ],
  [
    'kind',
    'driver failed programming external connectivity: listen tcp4 127.0.0.1:443: bind: permission denied',
    'PRIVILEGED_PORT',
    /publish port 443/,
    /sysctl/,
  ],
  [
    'kind',
    'cgroup v1 is deprecated in Kubernetes and will not be supported in a future kind release',
    'KIND_FAILED',
    /kind failed/,
    /doctor/,
  ],
  [
    'kind',
    'ERROR: failed to create cluster: node(s) already exist for a cluster with the name "shop"',
    'CLUSTER_EXISTS',
    /already a kind cluster "shop"/,
    /kind delete cluster --name shop/,
  ],
  ['kind', 'docker: Error response from daemon: Bind for 127.0.0.1:80 failed: port is already allocated.', 'PORT_TAKEN', /"lab"/, /doctor/],
  ['kind', 'listen tcp4 127.0.0.1:443: bind: address already in use', 'PORT_TAKEN', /taken/, /doctor/],
  ['kind', 'Error response from daemon: Ports are not available: exposing port TCP 127.0.0.1:80', 'PORT_TAKEN', /taken/, /doctor/],
  [
    'kind',
    'ERROR: failed to create cluster: could not find a log line that matches "Reached target .*Multi-User System.*|detected cgroup v1"',
    'NODE_NOT_BOOTED',
    /did not boot/,
    /cgroup v2/,
  ],
  ['kind', 'failed to create fsnotify watcher: too many open files', 'INOTIFY_LIMIT', /inotify/, /fs\.inotify\.max_user_instances=512/],
  [
    'kind',
    'could not find a log line that matches "x"\nCouldn\'t find an alternative telinit implementation to spawn.',
    'ENGINE_INIT',
    /its own init/,
    /daemon\.json/,
  ],
  [
    'kind',
    'cgroup v1 is deprecated in Kubernetes and will not be supported\nERROR: failed to create cluster: failed to start the node',
    'CGROUP_V1',
    /cgroup v1/,
    /--kubernetes v1\.34\.0/,
  ],
  [
    'kind',
    'ERROR: failed to create cluster: running kind with rootless provider requires cgroup v2, see the guide',
    'CGROUP_V1',
    /rootless/,
    /cgroup v2/,
  ],
  [
    'kind',
    'ERROR: failed to create cluster: running kind with rootless provider requires setting systemd property "Delegate=yes", see the guide',
    'CGROUP_NOT_DELEGATED',
    /delegated/,
    /Delegate=yes/,
  ],
  [
    'kind',
    'Error response from daemon: all predefined address pools have been fully subnetted',
    'NO_NETWORK_LEFT',
    /address range/,
    /docker network prune/,
  ],
  ['kind', 'ERROR: image: "shop:1" not present locally', 'IMAGE_MISSING', /"shop:1"/, /docker pull shop:1/],
  ['kind', 'ERROR: no nodes found for cluster "lab"', 'CLUSTER_GONE', /"lab"/, /again/],
  ['kind', 'ERROR: unknown cluster "lab"', 'CLUSTER_GONE', /"lab"/, /again/],
  [
    'kind',
    'ERROR: failed to create cluster: failed to init node with kubeadm: exit status 1',
    'NODE_NOT_READY',
    /inside the node/,
    /memory/,
  ],
  ['docker', 'dial unix /var/run/docker.sock: connect: permission denied', 'ENGINE_FORBIDDEN', /may not talk/, /usermod -aG docker/],
  ['docker', 'write /var/lib/docker/tmp: no space left on device', 'DISK_FULL', /disk is full/, /docker system prune/],
  [
    'docker',
    'ERROR: failed to solve: node:24-alpine: failed to resolve source metadata',
    'BASE_IMAGE_UNREACHABLE',
    /base image/,
    /docker pull node:24-alpine/,
  ],
  // minikube
  [
    'minikube',
    '❌  Exiting due to DRV_AS_ROOT: The "docker" driver should not be used with root privileges.',
    'DRIVER_AS_ROOT',
    /root/,
    /ordinary user/,
  ],
  ['minikube', '⛔  Exiting due to RSRC_INSUFFICIENT_CORES: has less than 2 CPUs', 'TOO_FEW_CPUS', /2 CPUs/, /2 CPUs/],
  ['minikube', '❌  Exiting due to RSRC_INSUFFICIENT_CONTAINER_MEMORY: docker only has 1500MiB', 'TOO_LITTLE_MEMORY', /4 GB/, /4 GB/],
  ['minikube', '❌  Exiting due to INET_DOWNLOAD_BLOCKED: failed to download', 'NO_INTERNET', /INET_DOWNLOAD_BLOCKED/, /proxy/],
  [
    'minikube',
    '💣  Exiting due to PROVIDER_DOCKER_NOT_RUNNING: deadline exceeded',
    'ENGINE_NOT_RUNNING',
    /does not answer/,
    /Start Docker/,
  ],
  ['minikube', '💣  Exiting due to PROVIDER_PODMAN_ERROR: exit status 125', 'ENGINE_NOT_RUNNING', /PROVIDER_PODMAN_ERROR/, /Podman/],
  ['minikube', '💣  Exiting due to DRV_NOT_HEALTHY: none were healthy', 'DRIVER_UNUSABLE', /DRV_NOT_HEALTHY/, /driver/],
  ['minikube', '❌  Exiting due to GUEST_PROVISION: error provisioning guest', 'NODE_NOT_READY', /GUEST_PROVISION/, /log/],
  ['minikube', '❌  Exiting due to MK_USAGE: Sorry, one of the ports is not valid', 'MINIKUBE_USAGE', /MK_USAGE/, /Update/],
  ['minikube', '❌  Exiting due to HOST_KUBECONFIG_PERMISSION: cannot write', 'HOST_IN_THE_WAY', /HOST_KUBECONFIG_PERMISSION/, /doctor/],
  ['minikube', '❌  Exiting due to IF_BRIDGE_CONFLICT: address in use', 'HOST_IN_THE_WAY', /IF_BRIDGE_CONFLICT/, /minikube logs/],
  ['minikube', '❌  Exiting due to RSRC_DOCKER_STORAGE: Docker is out of disk space!', 'DISK_FULL', /disk is full/, /prune/],
  ['minikube', '❌  Exiting due to RUNTIME_ENABLE: failed to enable container runtime', 'NODE_NOT_READY', /RUNTIME_ENABLE/, /memory/],
  ['minikube', '❌  Exiting due to K8S_APISERVER_MISSING: wait 6m0s for node', 'NODE_NOT_READY', /K8S_APISERVER_MISSING/, /log/],
  [
    'minikube',
    '🤷  Profile "canary-lab-x" not found. Run "minikube profile list" to view all profiles.',
    'CLUSTER_GONE',
    /"canary-lab-x"/,
    /again/,
  ],
  // k3s through testcontainers
  [
    'k3s',
    'OCI runtime create failed: unable to apply caps: operation not permitted',
    'PRIVILEGED_CONTAINERS_FORBIDDEN',
    /privileged/,
    /embedded/,
  ],
  ['k3s', 'Could not find a working container runtime strategy', 'ENGINE_NOT_RUNNING', /does not answer/, /Start Docker/],
  [
    'k3s',
    'level=fatal msg="cannot enter cgroupv2 "/sys/fs/cgroup/kubepods" with domain controllers -- it is in an invalid state"',
    'CGROUP_V2_CONTROLLERS',
    /cgroups/,
    /--cluster kind/,
  ],
  [
    'k3s',
    '(HTTP code 404) no such container - No such image: rancher/k3s:v1.36.2-k3s1',
    'NODE_IMAGE_UNREACHABLE',
    /k3s cannot be pulled/,
    /docker pull/,
  ],
  ['k3s', 'Log message "Node controller sync successful" not received after 120000ms for container', 'NODE_NOT_READY', /in time/, /memory/],
  // helm
  ['helm', 'Error: INSTALLATION FAILED: context deadline exceeded', 'RELEASE_NOT_READY', /in time/, /kubectl rollout status/],
  ['helm', 'Error: UPGRADE FAILED: timed out waiting for the condition', 'RELEASE_NOT_READY', /in time/, /Helm 4/],
  [
    'helm',
    'Error: INSTALLATION FAILED: cannot re-use a name that is still in use',
    'RELEASE_EXISTS',
    /already installed/,
    /helm uninstall/,
  ],
  ['helm', 'Error: INSTALLATION FAILED: cannot reuse a name that is still in use', 'RELEASE_EXISTS', /already installed/, /helm uninstall/],
  [
    'helm',
    'Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress',
    'RELEASE_LOCKED',
    /cut off/,
    /helm rollback/,
  ],
  ['helm', 'Error: UPGRADE FAILED: "shop" has no deployed releases', 'RELEASE_BROKEN', /"shop"/, /helm uninstall shop/],
  [
    'helm',
    'Error: INSTALLATION FAILED: IngressClass "nginx" exists and cannot be imported into the current release: invalid ownership metadata; label validation error',
    'FOREIGN_OBJECT',
    /Something else/,
    /addon/,
  ],
];

it.each(rows)('explains what %s means by "%s"', (program, output, code, message, next) => {
  const error = explainFailure(program, output, { name: 'lab', engine: 'docker' }, 1);
  expect(error).toMatchObject({ code, message: expect.stringMatching(message), next: expect.stringMatching(next) });
  expect(error.message.split('\n')).toHaveLength(1);
  expect((error.cause as Error).message).not.toBe('');
});

it.each([
  [14, 'it was called wrongly or is broken'],
  [23, 'the machine has too little memory, disk or CPUs'],
  [37, 'the host is in its way'],
  [40, 'it cannot reach the internet'],
  [57, 'its driver does not work'],
  [69, 'the engine behind it does not work'],
  [72, 'the network is in its way'],
  [80, 'the node did not start'],
  [90, 'the container runtime in the node did not start'],
])('says what exit code %i of minikube means when it printed no id', (exitCode, why) => {
  expect(explainFailure('minikube', 'odd', { name: 'lab', engine: 'docker' }, exitCode).message).toBe(
    `minikube failed (exit code ${exitCode}): ${why}.`,
  );
});

it("keeps the last lines of a failure that it does not know, and the group of minikube's exit code", () => {
  expect(explainFailure('kind', 'a\nb\n', { name: 'lab', engine: 'docker' }, 1)).toMatchObject({
    code: 'KIND_FAILED',
    message: 'kind failed (exit code 1).',
    cause: expect.objectContaining({ message: 'a\nb' }),
    next: expect.stringContaining('doctor'),
  });
  expect(explainFailure('minikube', 'odd', { name: 'lab', engine: 'docker' }, 72).message).toBe(
    'minikube failed (exit code 72): the network is in its way.',
  );
});
