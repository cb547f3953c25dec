import type { Rollout } from '../../rollouts/rollout.ts';

const PHASES = ['Healthy', 'Progressing', 'Paused', 'Degraded', 'Unknown'] as const;

/** The gauges about Rollouts in the Prometheus text format: phase, desired and available replicas. */
export function rolloutMetrics(known: readonly Rollout[]): string {
  const lines: string[] = [];
  const family = (name: string, help: string, samples: [labels: Record<string, string>, value: number][]): void => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`);
    for (const [labels, value] of samples)
      lines.push(
        `${name}{${Object.entries(labels)
          .map(([key, text]) => `${key}=${JSON.stringify(text)}`)
          .join(',')}} ${value}`,
      );
  };
  const of = (rollout: Rollout): Record<string, string> => ({ name: rollout.metadata.name, namespace: rollout.metadata.namespace ?? '' });
  family(
    'rollout_info',
    'Rollouts and their phase.',
    known.map((rollout) => [
      { ...of(rollout), phase: rollout.status?.phase ?? 'Progressing', strategy: rollout.spec.strategy.blueGreen ? 'blueGreen' : 'canary' },
      1,
    ]),
  );
  family(
    'rollout_phase',
    'Whether a Rollout is in a phase.',
    known.flatMap((rollout) =>
      PHASES.map((phase): [Record<string, string>, number] => [{ ...of(rollout), phase }, rollout.status?.phase === phase ? 1 : 0]),
    ),
  );
  family(
    'rollout_info_replicas_desired',
    'Pods that a Rollout asks for.',
    known.map((rollout) => [of(rollout), rollout.spec.replicas ?? 1]),
  );
  family(
    'rollout_info_replicas_available',
    'Available Pods of a Rollout.',
    known.map((rollout) => [of(rollout), rollout.status?.availableReplicas ?? 0]),
  );
  return `${lines.join('\n')}\n`;
}
