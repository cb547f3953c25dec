import { type StructuralSchema, structuralSchema } from './structural-schema.ts';

interface PrinterColumn {
  name: string;
  type: 'integer' | 'string' | 'date';
  jsonPath: string;
}
interface KindRow {
  kind: 'Rollout' | 'AnalysisRun' | 'AnalysisTemplate' | 'ClusterAnalysisTemplate' | 'Experiment';
  plural: string;
  shortName: string;
  scope: 'Namespaced' | 'Cluster';
  columns: PrinterColumn[];
  subresources?: object;
}

const AGE: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
const STATUS: PrinterColumn = { name: 'Status', type: 'string', jsonPath: '.status.phase' };

const KINDS: readonly KindRow[] = [
  {
    kind: 'Rollout',
    plural: 'rollouts',
    shortName: 'ro',
    scope: 'Namespaced',
    columns: [
      { name: 'Desired', type: 'integer', jsonPath: '.spec.replicas' },
      { name: 'Current', type: 'integer', jsonPath: '.status.replicas' },
      { name: 'Up-to-date', type: 'integer', jsonPath: '.status.updatedReplicas' },
      { name: 'Available', type: 'integer', jsonPath: '.status.availableReplicas' },
      AGE,
    ],
    subresources: {
      scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.HPAReplicas', labelSelectorPath: '.status.selector' },
      status: {},
    },
  },
  { kind: 'AnalysisRun', plural: 'analysisruns', shortName: 'ar', scope: 'Namespaced', columns: [STATUS, AGE] },
  { kind: 'AnalysisTemplate', plural: 'analysistemplates', shortName: 'at', scope: 'Namespaced', columns: [AGE] },
  { kind: 'ClusterAnalysisTemplate', plural: 'clusteranalysistemplates', shortName: 'cat', scope: 'Cluster', columns: [AGE] },
  { kind: 'Experiment', plural: 'experiments', shortName: 'exp', scope: 'Namespaced', columns: [STATUS, AGE] },
];

export interface CrdManifest {
  apiVersion: 'apiextensions.k8s.io/v1';
  kind: 'CustomResourceDefinition';
  metadata: { name: string };
  spec: {
    group: 'argoproj.io';
    names: { kind: string; listKind: string; plural: string; singular: string; shortNames: string[] };
    scope: 'Namespaced' | 'Cluster';
    versions: {
      name: 'v1alpha1';
      served: true;
      storage: true;
      additionalPrinterColumns: PrinterColumn[];
      schema: { openAPIV3Schema: StructuralSchema };
      subresources: object;
    }[];
  };
}

/** The five kinds of argoproj.io as CustomResourceDefinitions, made from the field table. */
export function customResourceDefinitions(): CrdManifest[] {
  return KINDS.map(({ kind, plural, shortName, scope, columns, subresources }) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.argoproj.io` },
    spec: {
      group: 'argoproj.io',
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), shortNames: [shortName] },
      scope,
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          additionalPrinterColumns: columns,
          schema: { openAPIV3Schema: structuralSchema(kind) },
          subresources: subresources ?? {},
        },
      ],
    },
  }));
}
