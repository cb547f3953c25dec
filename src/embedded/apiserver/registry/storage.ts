import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../../kube/generated/types.ts';
import { persistentVolumeClaims, persistentVolumes, storageClasses } from '../../../kube/resource-type.ts';
import { type FieldError, fieldError } from '../../../kube/status-error.ts';
import { ageColumn, column, nameColumn, wide } from './columns/column.ts';
import { accessModesCell } from './columns/volume-cells.ts';
import type { PrepareContext, Resource } from './resource.ts';
import { immutable } from './workload-validation.ts';

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

/** Admission plugin DefaultStorageClass: a claim without a class gets the newest default class, if there is one. */
function admitStorageClass({ metadata, spec }: PersistentVolumeClaim, ctx: PrepareContext): void {
  if (spec.storageClassName !== undefined || metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] !== undefined) return;
  const defaults = ctx.list(storageClasses).filter((one) => one.metadata.annotations?.[DEFAULT_CLASS] === 'true');
  const [newest] = defaults.sort((a, b) =>
    a.metadata.creationTimestamp === b.metadata.creationTimestamp
      ? a.metadata.name < b.metadata.name
        ? -1
        : 1
      : a.metadata.creationTimestamp > b.metadata.creationTimestamp
        ? -1
        : 1,
  );
  if (newest !== undefined) spec.storageClassName = newest.metadata.name;
}

export const persistentVolumeClaim: Resource<PersistentVolumeClaim> = {
  type: persistentVolumeClaims,
  singular: 'persistentvolumeclaim',
  shortNames: ['pvc'],
  categories: [],
  schemaName: 'PersistentVolumeClaim',
  hasStatus: true,
  hasGeneration: false,
  returnsDeleted: true,
  columns: [
    nameColumn(),
    column('Status', ({ metadata, status }) => (metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating')),
    column('Volume', ({ spec }) => spec.volumeName ?? ''),
    column('Capacity', ({ spec, status }) => (spec.volumeName ? (status?.capacity?.['storage'] ?? '') : '')),
    column('Access Modes', ({ spec, status }) => (spec.volumeName ? accessModesCell(status?.accessModes) : '')),
    column(
      'StorageClass',
      ({ spec, metadata }) => spec.storageClassName ?? metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? '',
    ),
    column('VolumeAttributesClass', ({ spec }) => spec.volumeAttributesClassName || '<unset>'),
    ageColumn(),
    wide('VolumeMode', ({ spec }) => spec.volumeMode ?? '<unset>'),
  ],
  default(object) {
    const spec = (object.spec ??= {});
    spec.volumeMode ||= 'Filesystem';
    spec.resources ??= {};
    object.status ??= {};
    object.status.phase ||= 'Pending';
  },
  prepareCreate(object, ctx) {
    object.metadata.finalizers = [...new Set([...(object.metadata.finalizers ?? []), 'kubernetes.io/pvc-protection'])];
    admitStorageClass(object, ctx);
    object.status = { phase: 'Pending' };
  },
  validate({ spec }) {
    const errors: FieldError[] = [];
    if ((spec.accessModes ?? []).length === 0) errors.push(fieldError.required('spec.accessModes', 'at least 1 access mode is required'));
    if (spec.resources?.requests?.['storage'] === undefined) errors.push(fieldError.required('spec.resources[storage]'));
    return errors;
  },
};

export const persistentVolume: Resource<PersistentVolume> = {
  type: persistentVolumes,
  singular: 'persistentvolume',
  shortNames: ['pv'],
  categories: [],
  schemaName: 'PersistentVolume',
  hasStatus: true,
  hasGeneration: false,
  returnsDeleted: true,
  columns: [
    nameColumn(),
    column('Capacity', ({ spec }) => spec.capacity?.['storage'] ?? ''),
    column('Access Modes', ({ spec }) => accessModesCell(spec.accessModes)),
    column('Reclaim Policy', ({ spec }) => spec.persistentVolumeReclaimPolicy ?? ''),
    column('Status', ({ metadata, status }) => (metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating')),
    column('Claim', ({ spec }) => (spec.claimRef === undefined ? '' : `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}`)),
    column('StorageClass', ({ spec }) => spec.storageClassName ?? ''),
    column('VolumeAttributesClass', ({ spec }) => spec.volumeAttributesClassName || '<unset>'),
    column('Reason', ({ status }) => status?.reason ?? ''),
    ageColumn(),
    wide('VolumeMode', ({ spec }) => spec.volumeMode ?? '<unset>'),
  ],
  default(object) {
    const spec = (object.spec ??= {});
    spec.persistentVolumeReclaimPolicy ||= 'Retain';
    spec.volumeMode ||= 'Filesystem';
    if (spec.hostPath !== undefined) spec.hostPath.type ??= '';
    object.status ??= {};
    object.status.phase ||= 'Pending';
  },
  prepareCreate(object) {
    object.metadata.finalizers = [...new Set([...(object.metadata.finalizers ?? []), 'kubernetes.io/pv-protection'])];
  },
};

export const storageClass: Resource<StorageClass> = {
  type: storageClasses,
  singular: 'storageclass',
  shortNames: ['sc'],
  categories: [],
  schemaName: 'StorageClass',
  hasStatus: false,
  hasGeneration: false,
  returnsDeleted: true,
  columns: [
    {
      ...nameColumn(),
      cell: ({ metadata }) => (metadata.annotations?.[DEFAULT_CLASS] === 'true' ? `${metadata.name} (default)` : metadata.name),
    },
    column('Provisioner', ({ provisioner }) => provisioner),
    column('ReclaimPolicy', ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete'),
    column('VolumeBindingMode', ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate'),
    column('AllowVolumeExpansion', ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false, 'boolean'),
    ageColumn(),
  ],
  default(object) {
    object.reclaimPolicy ||= 'Delete';
    object.volumeBindingMode ||= 'Immediate';
  },
  validate: ({ provisioner }) => (provisioner ? [] : [fieldError.required('provisioner')]),
  validateUpdate: (object, old) => [
    ...immutable('provisioner', object.provisioner, old.provisioner, 'updates to provisioner are forbidden.'),
    ...immutable('reclaimPolicy', object.reclaimPolicy, old.reclaimPolicy, 'updates to reclaimPolicy are forbidden.'),
  ],
};
