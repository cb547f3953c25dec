import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { aRollout } from '../../../test/support/rollout-objects.ts';
import type { AnyObject } from '../../kube/object.ts';
import { crdTemplate } from './crd-template.ts';
import { customResourceDefinitions } from './custom-resource-definitions.ts';
import { type StructuralSchema, structuralSchema } from './structural-schema.ts';
import { unknownFields } from './unknown-fields.ts';

const templates = path.join(import.meta.dirname, '../../../charts/embedded/argo-rollouts/templates/crds');

it.each([
  ['rollouts', 'Rollout', 'ro', 'Namespaced', ['Desired', 'Current', 'Up-to-date', 'Available', 'Age']],
  ['analysisruns', 'AnalysisRun', 'ar', 'Namespaced', ['Status', 'Age']],
  ['analysistemplates', 'AnalysisTemplate', 'at', 'Namespaced', ['Age']],
  ['clusteranalysistemplates', 'ClusterAnalysisTemplate', 'cat', 'Cluster', ['Age']],
  ['experiments', 'Experiment', 'exp', 'Namespaced', ['Status', 'Age']],
])('defines %s with its names, scope and columns', (plural, kind, shortName, scope, columns) => {
  const crd = customResourceDefinitions().find(({ metadata }) => metadata.name === `${plural}.argoproj.io`)!;
  expect(crd.spec).toMatchObject({
    group: 'argoproj.io',
    scope,
    names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), shortNames: [shortName] },
  });
  expect(crd.spec.versions).toHaveLength(1);
  expect(crd.spec.versions[0]).toMatchObject({ name: 'v1alpha1', served: true, storage: true });
  expect(crd.spec.versions[0]!.additionalPrinterColumns.map(({ name }) => name)).toEqual(columns);
  expect(crd.spec.versions[0]!.schema.openAPIV3Schema.required).toEqual(['spec']);
});

it('gives only Rollouts the subresources status and scale', () => {
  const subresources = Object.fromEntries(customResourceDefinitions().map(({ spec }) => [spec.names.kind, spec.versions[0]!.subresources]));
  expect(subresources).toEqual({
    Rollout: {
      status: {},
      scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.HPAReplicas', labelSelectorPath: '.status.selector' },
    },
    AnalysisRun: {},
    AnalysisTemplate: {},
    ClusterAnalysisTemplate: {},
    Experiment: {},
  });
});

it('is structural: every node has a type, or says that it is an int-or-string or keeps unknown fields', () => {
  const loose: string[] = [];
  const walk = (schema: StructuralSchema, at: string): void => {
    if (schema.type === undefined && !schema['x-kubernetes-int-or-string'] && !schema['x-kubernetes-preserve-unknown-fields'])
      loose.push(at);
    for (const [field, child] of Object.entries(schema.properties ?? {})) walk(child, `${at}.${field}`);
    if (schema.items) walk(schema.items, `${at}[]`);
    if (schema.additionalProperties) walk(schema.additionalProperties, `${at}{}`);
    for (const field of schema.required ?? []) if (schema.properties?.[field] === undefined) loose.push(`${at}: required ${field}`);
  };
  for (const crd of customResourceDefinitions()) walk(crd.spec.versions[0]!.schema.openAPIV3Schema, crd.spec.names.kind);
  expect(loose).toEqual([]);
});

it('requires containers in a pod template, and names in containers', () => {
  const podSpec = structuralSchema('RolloutSpec').properties!['template']!.properties!['spec']!;
  expect(podSpec.required).toEqual(['containers']);
  expect(podSpec.properties!['containers']!.items!.required).toEqual(['name']);
  expect(podSpec.properties!['containers']!.items!.properties!['ports']!.items!.required).toEqual(['containerPort']);
});

it('knows every field of a complete rollout', () => {
  const rollout = aRollout({
    status: { phase: 'Paused', canary: { weights: { canary: { weight: 20 }, stable: { weight: 80 } } }, HPAReplicas: 1, conditions: [] },
  });
  expect(unknownFields(rollout as unknown as AnyObject)).toEqual([]);
});

it('prunes fields that it does not know, but keeps volumes, quantities and other traffic routers whole', () => {
  const rollout = aRollout({
    spec: { strategy: { canary: { trafficRouting: { istio: { virtualService: { name: 'x' } } } } } },
  }) as unknown as AnyObject & { spec: Record<string, unknown> & { template: { spec: Record<string, unknown> } } };
  rollout.spec['colour'] = 'blue';
  rollout.spec.template.spec['volumes'] = [{ name: 'v', someNewDriver: { key: 1 } }];
  rollout.spec.template.spec['containers'] = [{ name: 'c', imagee: 'typo', resources: { limits: { cpu: 1, 'vendor/gpu': '2' } } }];
  expect(unknownFields(rollout)).toEqual(['spec.template.spec.containers[0].imagee', 'spec.colour']);
});

it.each(customResourceDefinitions().map((crd) => [crd.spec.names.plural, crd] as const))(
  'is what the chart holds for %s',
  async (plural, crd) => {
    expect(await readFile(path.join(templates, `${plural}.yaml`), 'utf8')).toBe(crdTemplate(crd));
  },
);
