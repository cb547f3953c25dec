import type { LabelSelector, PodTemplateSpec } from '../../../../kube/generated/types.ts';
import { formatLabelSelector } from '../../../../kube/label-selector.ts';
import type { KubeObject } from '../../../../kube/object.ts';
import type { Column } from '../resource.ts';
import { wide } from './column.ts';

export function containersCell(template: PodTemplateSpec | undefined): string {
  return (template?.spec?.containers ?? []).map((container) => container.name).join(',');
}

export function imagesCell(template: PodTemplateSpec | undefined): string {
  return (template?.spec?.containers ?? []).map((container) => container.image ?? '').join(',');
}

/** A label selector as text; an absent or empty one is `<none>`. */
export function selectorCell(selector: LabelSelector | undefined): string {
  return selector === undefined ? '<none>' : formatLabelSelector(selector) || '<none>';
}

/** A map of labels as text, keys sorted; `<none>` when empty. */
export function labelsCell(labels: Readonly<Record<string, string>> | undefined): string {
  const text = Object.entries(labels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',');
  return text || '<none>';
}

/** The wide columns that all workloads end in. */
export function templateColumns<T extends KubeObject>(
  templateOf: (object: T) => PodTemplateSpec | undefined,
  selectorOf?: (object: T) => LabelSelector | undefined,
): Column<T>[] {
  const columns = [
    wide<T>('Containers', (object) => containersCell(templateOf(object))),
    wide<T>('Images', (object) => imagesCell(templateOf(object))),
  ];
  return selectorOf === undefined ? columns : [...columns, wide<T>('Selector', (object) => selectorCell(selectorOf(object)))];
}
