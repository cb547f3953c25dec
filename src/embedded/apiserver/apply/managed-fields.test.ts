import { expect, it } from 'vitest';
import { fieldsOf, owners, update } from '../../../../test/support/field-managers.ts';
import type { ManagedFieldsEntry } from '../../../kube/generated/types.ts';
import { trackUpdate } from './managed-fields.ts';
import { builtInTypeInfo } from './type-info.ts';

const configMap = builtInTypeInfo('ConfigMap');
const deployment = builtInTypeInfo('Deployment');

it('keeps the very list when nothing changed', () => {
  const live = update(configMap, undefined, { data: { a: '1' } }, 'one');
  expect(trackUpdate({ before: live, after: structuredClone(live), manager: 'two', apiVersion: 'v1', nowMs: 9, types: configMap })).toEqual(
    live.metadata.managedFields,
  );
});

it('gives a changed field to its last writer and takes a removed one from all', () => {
  let live = update(configMap, undefined, { data: { a: '1', b: '1', c: '1' } }, 'one');
  live = update(configMap, live, { data: { a: '2', b: '1' } }, 'two');
  expect(fieldsOf(live, 'one')).toEqual(['.data', '.data.b']);
  expect(fieldsOf(live, 'two')).toEqual(['.data.a']);
});

it('drops the entry of a manager that owns nothing any more', () => {
  let live = update(configMap, undefined, { data: { a: '1' } }, 'one');
  live = update(configMap, live, {}, 'two');
  expect(owners(live)).toEqual([]);
});

it('marks added maps and list items themselves, but not structs', () => {
  const live = update(
    deployment,
    undefined,
    {
      metadata: { name: 'x', labels: { app: 'a' } },
      spec: { template: { spec: { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80, protocol: 'TCP' }] }] } } },
    },
    'kubectl-create',
  );
  expect((live.metadata.managedFields as ManagedFieldsEntry[])[0]?.fieldsV1).toEqual({
    'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
    'f:spec': {
      'f:template': {
        'f:spec': {
          'f:containers': {
            'k:{"name":"c"}': {
              '.': {},
              'f:name': {},
              'f:image': {},
              'f:ports': { '.': {}, 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {}, 'f:protocol': {} } },
            },
          },
        },
      },
    },
  });
});

it('keeps at most ten Update managers and joins the oldest', () => {
  let live = update(configMap, undefined, { data: {} }, 'm0');
  for (let i = 0; i < 14; i++)
    live = update(configMap, live, { data: { ...(live['data'] as object), [`k${i}`]: '1' } }, `m${i}`, { nowMs: i * 1000 });
  expect(live.metadata.managedFields).toHaveLength(10);
  expect(owners(live)).toContain('ancient-changes/Update');
});

it('lets a client reset the list', () => {
  const live = update(configMap, undefined, { data: { a: '1' } }, 'one');
  expect(
    trackUpdate({
      before: live,
      after: { ...live, metadata: { ...live.metadata, managedFields: [] } },
      manager: 'one',
      apiVersion: 'v1',
      nowMs: 0,
      types: configMap,
    }),
  ).toEqual([]);
});
