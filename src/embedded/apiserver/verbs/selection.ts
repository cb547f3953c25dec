import { meetsAll, parseLabelSelector, type Requirement } from '../../../kube/label-selector.ts';
import type { KubeObject } from '../../../kube/object.ts';
import { statusError } from '../../../kube/status-error.ts';
import type { Resource } from '../registry/resource.ts';

/** Which objects of a resource a list or watch shows. */
export interface Selection {
  /** No selector at all. */
  readonly isEverything: boolean;
  /** The only name that can match, from `metadata.name=` in the field selector. */
  readonly name: string | undefined;
  matches(object: KubeObject): boolean;
}

interface FieldTerm {
  field: string;
  value: string;
  negated: boolean;
  read(object: KubeObject): string;
}

const EVERYTHING: Selection = { isEverything: true, name: undefined, matches: () => true };

/** Compiles the selectors of a query. Throws BadRequest with upstream's texts. */
export function compileSelection(resource: Resource, labelSelector: string | undefined, fieldSelector: string | undefined): Selection {
  if (!labelSelector && !fieldSelector) return EVERYTHING;
  const labels: Requirement[] = labelSelector ? parseLabelSelector(labelSelector) : [];
  const fields = fieldSelector ? parseFieldSelector(resource, fieldSelector) : [];
  if (labels.length === 0 && fields.length === 0) return EVERYTHING;
  return {
    isEverything: false,
    name: fields.find((term) => term.field === 'metadata.name' && !term.negated && term.value !== '')?.value,
    matches: (object) =>
      fields.every((term) => (term.read(object) === term.value) !== term.negated) && meetsAll(object.metadata.labels, labels),
  };
}

function parseFieldSelector(resource: Resource, text: string): FieldTerm[] {
  // A backslash keeps `,`, `=` and itself from ending a value: k8s.io/apimachinery/pkg/fields EscapeValue.
  return text
    .split(/(?<!\\),/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const match = part.match(/^([^=!]+?)(!=|==|=)(.*)$/s);
      if (match === null) throw statusError('BadRequest', `invalid selector: '${part}'; can't understand '${part}'`);
      const field = match[1]!.trim();
      return {
        field,
        value: match[3]!.trim().replaceAll(/\\([\\,=])/g, '$1'),
        negated: match[2] === '!=',
        read: readerOf(resource, field),
      };
    });
}

function readerOf(resource: Resource, field: string): (object: KubeObject) => string {
  if (field === 'metadata.name') return (object) => object.metadata.name;
  if (field === 'metadata.namespace') return (object) => object.metadata.namespace ?? '';
  const read = resource.selectableFields?.[field];
  if (read !== undefined) return read;
  if (resource.schemaName === undefined) throw statusError('BadRequest', `field label not supported: ${field}`);
  const known = resource.selectableFields === undefined ? [] : Object.keys(resource.selectableFields);
  if (known.length > 0) throw statusError('BadRequest', `field label not supported: ${field}`);
  throw statusError('BadRequest', `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`);
}
