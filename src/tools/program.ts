/** The client programs that labs run. */
export type ProgramName = 'kubectl' | 'helm' | 'kind' | 'minikube' | 'k6' | 'docker' | 'podman' | 'nerdctl';

/** A program that was found. */
export interface Program {
  name: ProgramName;
  /** Absolute path. */
  path: string;
  source: 'PATH' | 'npm';
}

const INSTALL: Record<ProgramName, { darwin: string; win32: string; linux: string }> = {
  kubectl: {
    darwin: 'brew install kubectl',
    win32: 'winget install Kubernetes.kubectl',
    linux: 'see https://kubernetes.io/docs/tasks/tools/',
  },
  helm: { darwin: 'brew install helm', win32: 'winget install Helm.Helm', linux: 'see https://helm.sh/docs/intro/install/' },
  kind: {
    darwin: 'brew install kind',
    win32: 'winget install Kubernetes.kind',
    linux: 'see https://kind.sigs.k8s.io/docs/user/quick-start/',
  },
  minikube: {
    darwin: 'brew install minikube',
    win32: 'winget install Kubernetes.minikube',
    linux: 'see https://minikube.sigs.k8s.io/docs/start/',
  },
  k6: {
    darwin: 'brew install k6',
    win32: 'winget install GrafanaLabs.k6',
    linux: 'see https://grafana.com/docs/k6/latest/set-up/install-k6/',
  },
  docker: {
    darwin: 'brew install --cask docker',
    win32: 'winget install Docker.DockerDesktop',
    linux: 'see https://docs.docker.com/engine/install/',
  },
  podman: { darwin: 'brew install podman', win32: 'winget install RedHat.Podman', linux: 'sudo apt-get install podman' },
  nerdctl: {
    darwin: 'brew install lima',
    win32: 'see https://github.com/containerd/nerdctl',
    linux: 'see https://github.com/containerd/nerdctl',
  },
};

/** The line to type on this system to get the program. */
export function installLine(name: ProgramName, platform: NodeJS.Platform): string {
  return INSTALL[name][platform === 'darwin' || platform === 'win32' ? platform : 'linux'];
}
