import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  Namespace,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from '../../../kube/generated/types.ts';
import { selectorMatches } from '../../../kube/label-selector.ts';
import type { AnyObject } from '../../../kube/object.ts';
import {
  mutatingWebhookConfigurations,
  namespaces,
  type ResourceType,
  validatingWebhookConfigurations,
} from '../../../kube/resource-type.ts';
import { StatusError, statusError } from '../../../kube/status-error.ts';
import { jsonPatch } from '../patch/json-patch.ts';
import type { RequestContext } from '../request-context.ts';
import { decodeFor } from '../schema/decode-for.ts';
import type { ServerCore } from '../server-core.ts';
import { storageKey, storagePrefix } from '../storage-key.ts';
import type { Admission, AdmissionRequest } from './admission.ts';
import { callWebhook, WebhookFailure } from './webhook-client.ts';
import { ruleMatches } from './webhook-rules.ts';

interface Answer {
  allowed?: boolean;
  status?: { code?: number; message?: string; reason?: string };
  warnings?: string[];
  patch?: string;
  patchType?: string;
}
type Webhook = ValidatingWebhook | MutatingWebhook;
const ADMISSION_GROUP = 'admissionregistration.k8s.io';

/** Calls the webhooks that the configurations in the store name. Both methods return `undefined` when none wants the request. */
export class WebhookAdmission implements Admission {
  readonly #core: () => ServerCore;

  constructor(core: () => ServerCore) {
    this.#core = core;
  }

  /** One after the other, each seeing the work of those before it. Resolves with the changed object. */
  mutate(request: AdmissionRequest, ctx: RequestContext): Promise<AnyObject> | undefined {
    const hooks = this.#hooksFor(mutatingWebhookConfigurations, request);
    return hooks.length === 0 ? undefined : this.#mutateWith(hooks, request, ctx);
  }

  /** All at once; the first refusal (in the order of the configurations) is thrown. */
  validate(request: AdmissionRequest, ctx: RequestContext): Promise<void> | undefined {
    const hooks = this.#hooksFor(validatingWebhookConfigurations, request);
    return hooks.length === 0 ? undefined : this.#validateWith(hooks, request, ctx);
  }

  async #mutateWith(hooks: readonly Webhook[], request: AdmissionRequest, ctx: RequestContext): Promise<AnyObject> {
    let object = request.object;
    for (const hook of hooks) {
      const answer = await this.#ask(hook, { ...request, ...(object === undefined ? {} : { object }) }, ctx);
      if (answer?.patch === undefined || object === undefined) continue;
      const patched = jsonPatch(object, JSON.parse(Buffer.from(answer.patch, 'base64').toString()));
      object = decodeFor(request.resource, patched).object;
      request.resource.default?.(object);
    }
    return object ?? request.oldObject!;
  }

  async #validateWith(hooks: readonly Webhook[], request: AdmissionRequest, ctx: RequestContext): Promise<void> {
    const outcomes = await Promise.allSettled(hooks.map((hook) => this.#ask(hook, request, ctx)));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  #hooksFor(type: ResourceType, request: AdmissionRequest): Webhook[] {
    const core = this.#core();
    // The configurations themselves are never subject to webhooks: a broken one could not be repaired.
    if (request.resource.type.group === ADMISSION_GROUP) return [];
    const prefix = storagePrefix(type);
    if (core.store.count(prefix) === 0) return [];
    return core.store
      .list(prefix)
      .entries.flatMap(
        (entry) => ((entry.value.object as ValidatingWebhookConfiguration | MutatingWebhookConfiguration).webhooks ?? []) as Webhook[],
      )
      .filter((hook) => (hook.rules ?? []).some((rule) => ruleMatches(rule, request.operation, request.resource.type, request.subresource)))
      .filter((hook) => this.#isSelected(core, hook, request));
  }

  #isSelected(core: ServerCore, hook: Webhook, request: AdmissionRequest): boolean {
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

  /** Throws the refusal; resolves with nothing when a failing webhook is to be ignored. */
  async #ask(hook: Webhook, request: AdmissionRequest, ctx: RequestContext): Promise<Answer | undefined> {
    const core = this.#core();
    try {
      const uid = core.random.uuid();
      const review = await core.activity.during(`webhook ${hook.name}`, () =>
        callWebhook(hook.clientConfig, reviewOf(uid, request), hook.timeoutSeconds ?? 10, core),
      );
      const answer = (review as { response?: Answer & { uid?: string } } | null)?.response;
      if (answer === undefined || answer === null) throw new WebhookFailure(`failed to call webhook: webhook response was absent`);
      if (answer.uid !== uid) throw new WebhookFailure(`failed to call webhook: expected response.uid="${uid}", got "${answer.uid ?? ''}"`);
      for (const warning of answer.warnings ?? []) ctx.warn(warning);
      if (answer.allowed !== true) throw refusal(hook.name, answer.status);
      return answer;
    } catch (error) {
      if (error instanceof StatusError) throw error;
      const text = `failed calling webhook "${hook.name}": ${error instanceof Error ? error.message : String(error)}`;
      if (hook.failurePolicy === 'Ignore') {
        core.log.warn(`webhook failed and is ignored as its failurePolicy asks: ${text}`);
        return undefined;
      }
      throw statusError('InternalError', `Internal error occurred: ${text}`, { causes: [{ message: text }] }, error);
    }
  }
}

function refusal(name: string, status: Answer['status']): StatusError {
  const base = `admission webhook "${name}" denied the request`;
  const text = status?.message
    ? `${base}: ${status.message}`
    : status?.reason
      ? `${base}: ${status.reason}`
      : `${base} without explanation`;
  const code = Math.max(status?.code ?? 400, 400);
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: text,
    ...(status?.reason ? { reason: status.reason } : code === 400 ? { reason: 'BadRequest' } : code === 403 ? { reason: 'Forbidden' } : {}),
    code,
  });
}

function reviewOf(uid: string, request: AdmissionRequest): object {
  const { type } = request.resource;
  const kind = { group: type.group, version: type.version, kind: type.kind };
  const resource = { group: type.group, version: type.version, resource: type.resource };
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid,
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      ...(request.subresource === undefined ? {} : { subResource: request.subresource, requestSubResource: request.subresource }),
      name: request.name,
      ...(request.namespace === undefined ? {} : { namespace: request.namespace }),
      operation: request.operation,
      userInfo: request.user,
      object: request.object ?? null,
      oldObject: request.oldObject ?? null,
      dryRun: request.dryRun,
      options: { kind: `${request.operation[0]}${request.operation.slice(1).toLowerCase()}Options`, apiVersion: 'meta.k8s.io/v1' },
    },
  };
}
