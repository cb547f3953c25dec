import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  Namespace,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from '../../../kube/generated/types.ts';
import { selectorMatches } from '../../../kube/label-selector.ts';
import { namespaces, type ResourceType } from '../../../kube/resource-type.ts';
import type { Resource } from '../registry/resource.ts';
import type { ServerCore } from '../server-core.ts';
import { storageKey, storagePrefix } from '../storage-key.ts';
import type { AdmissionRequest } from './admission.ts';
import { ruleMatches } from './webhook-rules.ts';

export type Webhook = ValidatingWebhook | MutatingWebhook;

/** A webhook that wants to see a request, and the row in whose version it wants to see the object. */
export interface SelectedWebhook {
  hook: Webhook;
  shown: Resource;
}

const ADMISSION_GROUP = 'admissionregistration.k8s.io';

/** The webhooks whose rules and selectors choose the request, in the order of their configurations. */
export function selectWebhooks(core: ServerCore, type: ResourceType, request: AdmissionRequest): SelectedWebhook[] {
  // The configurations themselves are never subject to webhooks: a broken one could not be repaired.
  if (request.resource.type.group === ADMISSION_GROUP) return [];
  const prefix = storagePrefix(type);
  if (core.store.count(prefix) === 0) return [];
  const hooks = core.store
    .list(prefix)
    .entries.flatMap(
      (entry) => ((entry.value.object as ValidatingWebhookConfiguration | MutatingWebhookConfiguration).webhooks ?? []) as Webhook[],
    );
  return hooks.flatMap((hook) => {
    const shown = shownRow(core, hook, request);
    return shown !== undefined && isSelected(core, hook, request) ? [{ hook, shown }] : [];
  });
}

/** The row that a rule names: the request's own, or with `matchPolicy: Equivalent` another that shows the same objects. */
function shownRow(core: ServerCore, hook: Webhook, request: AdmissionRequest): Resource | undefined {
  const names = (row: Resource): boolean =>
    (hook.rules ?? []).some((rule) => ruleMatches(rule, request.operation, row.type, request.subresource));
  if (names(request.resource)) return request.resource;
  if (hook.matchPolicy === 'Exact') return undefined;
  const place = storagePrefix(request.resource.type);
  return core.table.all().find((row) => row !== request.resource && storagePrefix(row.type) === place && names(row));
}

function isSelected(core: ServerCore, hook: Webhook, request: AdmissionRequest): boolean {
  const isNamespaceItself = request.resource.type.group === '' && request.resource.type.resource === 'namespaces';
  if (hook.namespaceSelector !== undefined) {
    const namespaceName = isNamespaceItself ? request.name : request.namespace;
    if (namespaceName !== undefined && namespaceName !== '') {
      const namespace = core.store.get(storageKey(namespaces, undefined, namespaceName))?.value.object as Namespace | undefined;
      const labels = isNamespaceItself && request.object !== undefined ? request.object.metadata.labels : namespace?.metadata.labels;
      if (!selectorMatches(hook.namespaceSelector, labels)) return false;
    }
  }
  if (hook.objectSelector === undefined) return true;
  return [request.object, request.oldObject].some(
    (object) => object !== undefined && selectorMatches(hook.objectSelector, object.metadata.labels),
  );
}
