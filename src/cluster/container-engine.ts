import type { Toolbox } from '../tools/toolbox.ts';

export type EngineName = 'docker' | 'nerdctl' | 'podman';

/** What a running container engine says about itself. */
export interface Engine {
  name: EngineName;
  version: string;
  memoryBytes: number;
  cpus: number;
  cgroupVersion: 1 | 2 | undefined;
  isRootless: boolean;
  system: string;
}

/** Why one engine cannot be used: its program is missing, or it does not answer. */
export interface EngineFailure {
  name: EngineName;
  isInstalled: boolean;
  output: string;
}

/** The order in which kind looks for an engine. */
export const ENGINES: readonly EngineName[] = ['docker', 'nerdctl', 'podman'];

interface DockerInfo {
  ServerVersion?: string;
  MemTotal?: number;
  NCPU?: number;
  CgroupVersion?: string;
  SecurityOptions?: string[];
  OperatingSystem?: string;
  ServerErrors?: string[];
}
interface PodmanInfo {
  host?: {
    memTotal?: number;
    cpus?: number;
    cgroupVersion?: string;
    security?: { rootless?: boolean };
    distribution?: { distribution?: string };
  };
  version?: { Version?: string };
}

/** The first engine that answers, in kind's order (`forced`: only that one), or why none does. Starts nothing. */
export async function findEngine(
  tools: Toolbox,
  signal: AbortSignal,
  forced?: string,
): Promise<{ engine: Engine } | { engine: undefined; failures: EngineFailure[] }> {
  const failures: EngineFailure[] = [];
  for (const name of ENGINES.filter((candidate) => forced === undefined || forced === candidate)) {
    if ((await tools.find(name)) === undefined) {
      failures.push({ name, isInstalled: false, output: '' });
      continue;
    }
    const { exitCode, stdout, stderr } = await tools.run(name, ['info', '--format', name === 'podman' ? 'json' : '{{json .}}'], {
      signal,
      timeoutMs: 15_000,
    });
    const engine = exitCode === 0 ? parseEngineInfo(name, stdout) : undefined;
    if (engine !== undefined) return { engine };
    failures.push({ name, isInstalled: true, output: `${stderr}\n${serverErrors(stdout)}`.trim() });
  }
  return { engine: undefined, failures };
}

/** `undefined` when the text is not the answer of a running engine. */
export function parseEngineInfo(name: EngineName, stdout: string): Engine | undefined {
  let info: DockerInfo & PodmanInfo;
  try {
    info = JSON.parse(stdout) as DockerInfo & PodmanInfo;
  } catch {
    return undefined;
  }
  if (name === 'podman') {
    if (info.version?.Version === undefined) return undefined;
    const { host } = info;
    return {
      name,
      version: info.version.Version,
      memoryBytes: host?.memTotal ?? 0,
      cpus: host?.cpus ?? 0,
      cgroupVersion: cgroup(host?.cgroupVersion),
      isRootless: host?.security?.rootless ?? false,
      system: host?.distribution?.distribution ?? 'unknown',
    };
  }
  if (!info.ServerVersion || (info.ServerErrors?.length ?? 0) > 0) return undefined;
  return {
    name,
    version: info.ServerVersion,
    memoryBytes: info.MemTotal ?? 0,
    cpus: info.NCPU ?? 0,
    cgroupVersion: cgroup(info.CgroupVersion),
    isRootless: info.SecurityOptions?.some((option) => option.includes('rootless')) ?? false,
    system: info.OperatingSystem ?? 'unknown',
  };
}

function cgroup(version: string | undefined): 1 | 2 | undefined {
  return version === '1' || version === 'v1' ? 1 : version === '2' || version === 'v2' ? 2 : undefined;
}

function serverErrors(stdout: string): string {
  try {
    return ((JSON.parse(stdout) as DockerInfo).ServerErrors ?? []).join('\n');
  } catch {
    return '';
  }
}
