import type { RunContext } from '../base/run-context.ts';
import { type Engine, findEngine } from '../cluster/container-engine.ts';
import { noEngine } from '../cluster/engine-advice.ts';
import { CGROUP_V2_FROM, compareVersions, LOWEST, PRELOAD_IMAGES } from '../cluster/versions.ts';
import type { Toolbox } from '../tools/toolbox.ts';
import type { Finding } from './finding.ts';

const GIGABYTE = 1e9;

/** The container engine and its limits; what a lab in a container would pull. Only kind, minikube and k3s need one. */
export async function examineEngine(tools: Toolbox, ctx: RunContext): Promise<Finding[]> {
  const found = await findEngine(tools, ctx.signal, ctx.env['KIND_EXPERIMENTAL_PROVIDER']);
  if (found.engine === undefined) {
    const { message, next } = noEngine(found.failures);
    return [{ id: 'engine', ok: false, needed: false, text: `container engine: ${message}`, next }];
  }
  return [...judgeEngine(found.engine), imagesToPull(found.engine)];
}

/** What an engine is able to run, from what it says about itself. */
export function judgeEngine({ name, version, cpus, memoryBytes, cgroupVersion, isRootless, system }: Engine): Finding[] {
  const finding = (id: string, text: string, next: string): Finding => ({ id, ok: false, needed: false, text, next });
  const findings: Finding[] = [
    {
      id: 'engine',
      ok: true,
      needed: false,
      text: `${name} ${version} on ${system}: ${cpus} CPUs, ${(memoryBytes / GIGABYTE).toFixed(1)} GB, cgroup v${cgroupVersion ?? '?'}${isRootless ? ', rootless' : ''}`,
    },
  ];
  if (compareVersions(version, LOWEST[name]) < 0)
    findings.push(finding('engine-version', `${name} ${version} is too old; ${LOWEST[name]} or newer is needed`, `Update ${name}.`));
  if (memoryBytes < 4 * GIGABYTE)
    findings.push(
      finding(
        'engine-memory',
        `${name} has ${(memoryBytes / GIGABYTE).toFixed(1)} GB of memory; a cluster in it wants 4`,
        'Raise it in the settings of the engine (Docker Desktop: Resources).',
      ),
    );
  if (cpus < 2)
    findings.push(
      finding(
        'engine-cpus',
        `${name} has ${cpus} CPU; a cluster in it wants 2`,
        'Raise it in the settings of the engine (Docker Desktop: Resources).',
      ),
    );
  if (cgroupVersion === 1)
    findings.push(
      finding(
        'cgroup',
        `cgroup v1: nodes of Kubernetes ${CGROUP_V2_FROM} and newer do not start${isRootless ? ', and none at all in a rootless engine' : ''}`,
        isRootless ? 'Switch the host to cgroup v2.' : 'Use an older node: --kubernetes v1.34.0',
      ),
    );
  if (isRootless)
    findings.push(
      finding(
        'rootless',
        `${name} is rootless: ports below 1024 cannot be published, and k3s does not start`,
        'For ports 80 and 443: sudo sysctl net.ipv4.ip_unprivileged_port_start=80',
      ),
    );
  return findings;
}

function imagesToPull({ name }: Engine): Finding {
  const total = PRELOAD_IMAGES.reduce((sum, { megabytes }) => sum + megabytes, 0);
  return {
    id: 'images',
    ok: true,
    needed: false,
    text: `images that a lab in ${name} pulls (about ${total} MB besides the node): ${PRELOAD_IMAGES.map(({ image, megabytes }) => `${image} (${megabytes} MB)`).join(', ')}`,
    next: `To have one beforehand: ${name} pull IMAGE`,
  };
}
