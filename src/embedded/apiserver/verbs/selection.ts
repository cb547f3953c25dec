import { ownValue } from '../../../base/own-value.ts';
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

/** The only name that a field selector can match: who may read that object alone may list it so. Throws BadRequest. */
export function nameInFieldSelector(text: string): string | undefined {
  return termsOf(text).find(({ field, negated, value }) => field === 'metadata.name' && !negated && value !== '')?.value;
}

function parseFieldSelector(resource: Resource, text: string): FieldTerm[] {
  return termsOf(text).map((term) => ({ ...term, read: readerOf(resource, term.field) }));
}

function termsOf(text: string): Omit<FieldTerm, 'read'>[] {
  return unescapedParts(text).map((part) => {
    const match = part.match(/^([^=!]+?)(!=|==|=)(.*)$/s);
    if (match === null) throw statusError('BadRequest', `invalid selector: '${part}'; can't understand '${part}'`);
    return { field: match[1]!.trim(), value: match[3]!.trim().replaceAll(/\\([\\,=])/g, '$1'), negated: match[2] === '!=' };
  });
}

/** A backslash keeps `,`, `=` and itself from ending a value: k8s.io/apimachinery/pkg/fields EscapeValue. */
function unescapedParts(text: string): string[] {
  return (text.match(/(?:\\.|[^,\\]|\\$)+/gs) ?? []).map((part) => part.trim()).filter((part) => part !== '');
}

function readerOf(resource: Resource, field: string): (object: KubeObject) => string {
  if (field === 'metadata.name') return (object) => object.metadata.name;
  if (field === 'metadata.namespace') return (object) => object.metadata.namespace ?? '';
  const read = ownValue(resource.selectableFields, field);
  if (read !== undefined) return read;
  if (resource.schemaName === undefined) throw statusError('BadRequest', `field label not supported: ${field}`);
  const known = resource.selectableFields === undefined ? [] : Object.keys(resource.selectableFields);
  if (known.length > 0) throw statusError('BadRequest', `field label not supported: ${field}`);
  throw statusError('BadRequest', `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`);
}
