import { stringify } from 'yaml';
import type { CrdManifest } from './custom-resource-definitions.ts';

/** A CRD as a template of the argo-rollouts chart: installed on `installCRDs`, left behind by an uninstall on `keepCRDs`. */
export function crdTemplate(crd: CrdManifest): string {
  const { metadata, ...rest } = crd;
  const [version] = rest.spec.versions;
  const { schema, ...others } = version!;
  const body = stringify({ spec: { ...rest.spec, versions: [others] } }, { lineWidth: 0 });
  return [
    '{{- /* Written by scripts/update-crds.ts from src/rollouts/crd/field-table.ts. Do not edit. */ -}}',
    '{{- if .Values.installCRDs }}',
    `apiVersion: ${rest.apiVersion}`,
    `kind: ${rest.kind}`,
    'metadata:',
    `  name: ${metadata.name}`,
    '  labels:',
    '    {{- include "argo-rollouts.labels" (dict "root" . "component" "crds") | nindent 4 }}',
    '  {{- if .Values.keepCRDs }}',
    '  annotations:',
    '    helm.sh/resource-policy: keep',
    '  {{- end }}',
    body.trimEnd(),
    '      schema:',
    `        openAPIV3Schema: ${brokenJson(schema.openAPIV3Schema, 4, '        ')}`,
    '{{- end }}',
    '',
  ].join('\n');
}

/** JSON, which is YAML, with line breaks down to `depth`: a third of the size of block YAML, and one line per field in a diff. */
function brokenJson(value: unknown, depth: number, indent: string): string {
  if (depth === 0 || typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  const inner = `${indent}  `;
  const fields = Object.entries(value).map(([key, field]) => `${inner}${JSON.stringify(key)}: ${brokenJson(field, depth - 1, inner)}`);
  return `{\n${fields.join(',\n')}\n${indent}}`;
}
