/** A k3s server in a container that runs. */
export interface RunningK3s {
  kubeconfig: string;
  /** Port of 127.0.0.1 that leads to port 80 of the node. */
  httpPort: number;
  copy(file: string, target: string): Promise<void>;
  exec(argv: readonly string[]): Promise<{ exitCode: number; output: string }>;
  stop(): Promise<void>;
}

export interface K3sLauncher {
  /** Why it cannot be used here, or `undefined`. */
  missing(): Promise<string | undefined>;
  start(options: { image: string; name: string; labels: Record<string, string> }): Promise<RunningK3s>;
}

/** k3s through testcontainers, which is loaded when it is needed and not before: it takes half a second. */
export const testcontainersLauncher: K3sLauncher = {
  async missing() {
    try {
      await import('@testcontainers/k3s');
      return undefined;
    } catch {
      return 'the package @testcontainers/k3s is not installed';
    }
  },
  async start({ image, name, labels }) {
    const { K3sContainer } = await import('@testcontainers/k3s');
    class LoopbackK3s extends K3sContainer {
      protected override async beforeContainerCreated(): Promise<void> {
        await super.beforeContainerCreated();
        // Published ports listen on every address unless one is named.
        for (const bindings of Object.values(this.hostConfig.PortBindings as Record<string, { HostIp?: string }[]>))
          for (const binding of bindings) binding.HostIp = '127.0.0.1';
      }
    }
    const started = await new LoopbackK3s(image).withExposedPorts(80).withName(name).withLabels(labels).start();
    return {
      kubeconfig: started.getKubeConfig(),
      httpPort: started.getMappedPort(80),
      copy: (source, target) => started.copyFilesToContainer([{ source, target }]),
      exec: async (argv) => {
        const { exitCode, output } = await started.exec([...argv]);
        return { exitCode, output };
      },
      stop: async () => {
        await started.stop();
      },
    };
  },
};
