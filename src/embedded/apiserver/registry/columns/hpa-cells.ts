import type {
  V2HorizontalPodAutoscaler,
  V2MetricSpec,
  V2MetricStatus,
  V2MetricTarget,
  V2MetricValueStatus,
} from '../../../../kube/generated/types.ts';
import { listCell } from './list-cell.ts';

function amounts(target: V2MetricTarget | undefined, current: V2MetricValueStatus | undefined): string {
  if (target?.averageUtilization !== undefined) {
    return `${current?.averageUtilization === undefined ? '<unknown>' : `${current.averageUtilization}%`}/${target.averageUtilization}%`;
  }
  if (target?.averageValue !== undefined)
    return `${current?.averageValue ?? '<unknown>'}/${target.averageValue}${target.type === 'AverageValue' ? '' : ' (avg)'}`;
  return `${current?.value ?? '<unknown>'}/${target?.value ?? '<auto>'}`;
}

function metricCell(spec: V2MetricSpec, status: V2MetricStatus | undefined): string {
  switch (spec.type) {
    case 'Resource':
      return `${spec.resource?.name}: ${amounts(spec.resource?.target, status?.resource?.current)}`;
    case 'ContainerResource':
      return `${spec.containerResource?.name}: ${amounts(spec.containerResource?.target, status?.containerResource?.current)}`;
    case 'Pods':
      return amounts(spec.pods?.target, status?.pods?.current);
    case 'Object':
      return amounts(spec.object?.target, status?.object?.current);
    case 'External':
      return amounts(spec.external?.target, status?.external?.current);
    default:
      return '<unknown type>';
  }
}

/** `cpu: <unknown>/80%`, two metrics at most. */
export function targetsCell(hpa: V2HorizontalPodAutoscaler): string {
  const cells = (hpa.spec.metrics ?? []).map((metric, i) => metricCell(metric, hpa.status?.currentMetrics?.[i]));
  return listCell(cells, 2, '<none>', ', ');
}
