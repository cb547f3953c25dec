import { humanDuration } from '../../base/duration.ts';
import type { ObjectMeta } from '../../kube/object.ts';
import { type AnalysisRunInfo, measurementCounts } from './analysis-run-info.ts';
import { createPalette } from './colours.ts';
import { KIND_ICONS } from './icons.ts';
import { imageLines, replicaSetTags } from './image-lines.ts';
import { renderTable } from './render-table.ts';
import { type ExperimentInfo, type PodInfo, type ReplicaSetInfo, type RolloutInfo, scaleDownDelay } from './rollout-info.ts';

export interface RenderOptions {
  /** The cluster's now: ages and delays are taken against it. */
  nowMs: number;
  colour: boolean;
}

interface Row {
  name: string;
  kind: string;
  status: string;
  age: string;
  info: string;
  children: Row[];
}

/** The text of `kubectl argo rollouts get rollout`: header, then the tree of revisions. */
export function renderTree(info: RolloutInfo, options: RenderOptions): string {
  return `${renderHeader(info, options)}\n${renderRows(rolloutRow(info, options))}`;
}

/** The text of `kubectl argo rollouts get experiment`. */
export function renderExperiment(info: ExperimentInfo, options: RenderOptions): string {
  const palette = createPalette(options.colour);
  const images = [...new Set(info.replicaSets.filter(({ replicas }) => replicas > 0).flatMap((set) => set.images))].sort();
  const lines: [string, string][] = [
    ['Name:', info.objectMeta.name],
    ['Namespace:', info.objectMeta.namespace ?? ''],
    ['Status:', `${palette.icon(info.icon)} ${info.status}`],
    ...(info.message === '' ? [] : [['Message:', info.message] as [string, string]]),
    ...images.map((image, index): [string, string] => [index === 0 ? 'Images:' : '', image]),
  ];
  return `${lines.map(([label, value]) => `${(label.padEnd(17) + value).trimEnd()}\n`).join('')}\n${renderRows(experimentRow(info, options))}`;
}

function renderHeader(info: RolloutInfo, { colour }: RenderOptions): string {
  const palette = createPalette(colour);
  const lines: [string, string][] = [
    ['Name:', info.objectMeta.name],
    ['Namespace:', info.objectMeta.namespace ?? ''],
    ['Status:', `${palette.icon(info.icon)} ${info.status}`],
  ];
  if (info.message !== '') lines.push(['Message:', info.message]);
  lines.push(['Strategy:', info.strategy]);
  if (info.strategy === 'Canary')
    lines.push(['  Step:', info.step], ['  SetWeight:', info.setWeight], ['  ActualWeight:', info.actualWeight]);
  for (const [index, { image, tags }] of imageLines(info).entries()) {
    lines.push([index === 0 ? 'Images:' : '', tags.length === 0 ? image : `${image} (${tags.map(palette.tag).join(', ')})`]);
  }
  lines.push(
    ['Replicas:', ''],
    ['  Desired:', String(info.desired)],
    ['  Current:', String(info.current)],
    ['  Updated:', String(info.updated)],
    ['  Ready:', String(info.ready)],
    ['  Available:', String(info.available)],
  );
  return lines.map(([label, value]) => `${(label.padEnd(17) + value).trimEnd()}\n`).join('');
}

function rolloutRow(info: RolloutInfo, options: RenderOptions): Row {
  const revisions = [...new Set([...info.replicaSets, ...info.experiments, ...info.analysisRuns].map(({ revision }) => revision))].sort(
    (a, b) => b - a,
  );
  const of = <T extends { revision: number }>(items: readonly T[], revision: number): T[] =>
    items.filter((item) => item.revision === revision);
  return row(KIND_ICONS.Rollout, 'Rollout', info, options, {
    children: revisions.map((revision) => ({
      name: `${KIND_ICONS.Revision} revision:${revision}`,
      kind: '',
      status: '',
      age: '',
      info: '',
      children: [
        ...of(info.replicaSets, revision).map((set) => replicaSetRow(set, options)),
        ...of(info.experiments, revision).map((experiment) => experimentRow(experiment, options)),
        ...of(info.analysisRuns, revision).map((run) => analysisRunRow(run, options)),
      ],
    })),
  });
}

function row(
  icon: string,
  kind: string,
  item: { objectMeta: ObjectMeta; icon: string; status: string },
  options: RenderOptions,
  more: { info?: string; children?: Row[] },
): Row {
  const palette = createPalette(options.colour);
  return {
    name: `${icon} ${palette.label(item.objectMeta.name)}`,
    kind,
    status: `${palette.icon(item.icon)} ${item.status}`,
    age: age(item.objectMeta.creationTimestamp, options.nowMs),
    info: more.info ?? '',
    children: more.children ?? [],
  };
}

function replicaSetRow(set: ReplicaSetInfo, options: RenderOptions): Row {
  const palette = createPalette(options.colour);
  const delay = scaleDownDelay(set, options.nowMs);
  const info = [...replicaSetTags(set).map(palette.tag), ...(delay === '' ? [] : [`delay:${delay}`])].join(',');
  return row(KIND_ICONS.ReplicaSet, 'ReplicaSet', set, options, { info, children: set.pods.map((pod) => podRow(pod, options)) });
}

function podRow(pod: PodInfo, options: RenderOptions): Row {
  return row(KIND_ICONS.Pod, 'Pod', pod, options, { info: `ready:${pod.ready}${pod.restarts > 0 ? `,restarts:${pod.restarts}` : ''}` });
}

function experimentRow(experiment: ExperimentInfo, options: RenderOptions): Row {
  return row(KIND_ICONS.Experiment, 'Experiment', experiment, options, {
    children: [
      ...experiment.replicaSets.map((set) => replicaSetRow(set, options)),
      ...experiment.analysisRuns.map((run) => analysisRunRow(run, options)),
    ],
  });
}

function analysisRunRow(run: AnalysisRunInfo, options: RenderOptions): Row {
  const palette = createPalette(options.colour);
  return row(KIND_ICONS.AnalysisRun, 'AnalysisRun', run, options, {
    info: measurementCounts(run),
    children: run.jobs.map((job) => ({
      name: `${KIND_ICONS.Job} ${palette.label(job.name)}`,
      kind: 'Job',
      status: `${palette.icon(job.icon)} ${job.status}`,
      age: age(job.startedAt, options.nowMs),
      info: '',
      children: [],
    })),
  });
}

function age(timestamp: string | undefined, nowMs: number): string {
  if (timestamp === undefined || timestamp === '') return '';
  // The server's Date header has whole seconds, so its "now" may lie just before an object's birth.
  return humanDuration(Math.max(0, nowMs - Date.parse(timestamp)));
}

function renderRows(root: Row): string {
  const cells: string[][] = [['NAME', 'KIND', 'STATUS', 'AGE', 'INFO']];
  const walk = (item: Row, lead: string, below: string): void => {
    cells.push([lead + item.name, item.kind, item.status, item.age, item.info]);
    for (const [index, child] of item.children.entries()) {
      const isLast = index === item.children.length - 1;
      walk(child, `${below}${isLast ? '└──' : '├──'}`, `${below}${isLast ? '   ' : '│  '}`);
    }
  };
  walk(root, '', '');
  return renderTable(cells);
}
