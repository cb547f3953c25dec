import type { Node } from '../../../kube/generated/types.ts';
import { nodes } from '../../../kube/resource-type.ts';
import { ageColumn, column, nameColumn, wide } from './columns/column.ts';
import { nodeAddressCell, nodeRolesCell, nodeStatusCell } from './columns/node-cells.ts';
import type { Resource } from './resource.ts';

export const node: Resource<Node> = {
  type: nodes,
  singular: 'node',
  shortNames: ['no'],
  categories: [],
  schemaName: 'Node',
  hasStatus: true,
  hasGeneration: false,
  selectableFields: { 'spec.unschedulable': ({ spec }) => String(spec?.unschedulable ?? false) },
  columns: [
    nameColumn(),
    column('Status', nodeStatusCell),
    column('Roles', nodeRolesCell),
    ageColumn(),
    column('Version', ({ status }) => status?.nodeInfo?.kubeletVersion ?? ''),
    wide('Internal-IP', (object) => nodeAddressCell(object, 'InternalIP')),
    wide('External-IP', (object) => nodeAddressCell(object, 'ExternalIP')),
    wide('OS-Image', ({ status }) => status?.nodeInfo?.osImage || '<unknown>'),
    wide('Kernel-Version', ({ status }) => status?.nodeInfo?.kernelVersion || '<unknown>'),
    wide('Container-Runtime', ({ status }) => status?.nodeInfo?.containerRuntimeVersion || '<unknown>'),
  ],
  default(object) {
    object.spec ??= {};
    const status = (object.status ??= {});
    if (status.allocatable === undefined && status.capacity !== undefined) status.allocatable = { ...status.capacity };
  },
};
