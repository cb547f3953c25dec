import { equalJson } from '../../../base/equal-json.ts';
import { messageOf } from '../../../base/errors.ts';
import type { AnyObject } from '../../../kube/object.ts';
import { mutatingWebhookConfigurations, validatingWebhookConfigurations } from '../../../kube/resource-type.ts';
import { forbidden, StatusError, statusError } from '../../../kube/status-error.ts';
import { StoredValue } from '../../store/stored-value.ts';
import { jsonPatch } from '../patch/json-patch.ts';
import type { Resource } from '../registry/resource.ts';
import type { RequestContext } from '../request-context.ts';
import { decodeFor } from '../schema/decode-for.ts';
import type { ServerCore } from '../server-core.ts';
import { asStored, inVersionOf } from '../verbs/api-version.ts';
import type { Admission, AdmissionRequest } from './admission.ts';
import { reviewContent } from './admission-review.ts';
import { MatchConditions } from './match-conditions.ts';
import { callWebhook, WebhookFailure } from './webhook-client.ts';
import { type SelectedWebhook, selectWebhooks, type Webhook } from './webhook-selection.ts';

interface Answer {
  uid?: string;
  allowed?: boolean;
  status?: { code?: number; message?: string; reason?: string };
  warnings?: string[];
  patch?: string;
  patchType?: string;
}

/** Calls the webhooks that the configurations in the store name. Both methods return `undefined` when none wants the request. */
export class WebhookAdmission implements Admission {
  readonly #core: () => ServerCore;
  readonly #conditions = new MatchConditions();

  constructor(core: () => ServerCore) {
    this.#core = core;
  }

  /** One after the other, each seeing the work of those before it. Resolves with the changed object. */
  mutate(request: AdmissionRequest, ctx: RequestContext): Promise<AnyObject> | undefined {
    const hooks = selectWebhooks(this.#core(), mutatingWebhookConfigurations, request);
    return hooks.length === 0 ? undefined : this.#mutateWith(hooks, request, ctx);
  }

  /** All at once; the first refusal (in the order of the configurations) is thrown. */
  validate(request: AdmissionRequest, ctx: RequestContext): Promise<void> | undefined {
    const hooks = selectWebhooks(this.#core(), validatingWebhookConfigurations, request);
    return hooks.length === 0 ? undefined : this.#validateWith(hooks, request, ctx);
  }

  /**
   * A webhook with `reinvocationPolicy: IfNeeded` is asked once more when one after it changed the object: k8s.io/apiserver/pkg/admission/
   * plugin/webhook/mutating dispatcher and reinvocationcontext.
   */
  async #mutateWith(hooks: readonly SelectedWebhook[], request: AdmissionRequest, ctx: RequestContext): Promise<AnyObject> {
    let object = request.object;
    const asked: SelectedWebhook[] = [];
    const again = new Set<SelectedWebhook>();
    const pass = async (selected: SelectedWebhook): Promise<void> => {
      const current: AdmissionRequest = { ...request, ...(object === undefined ? {} : { object }) };
      if (!this.#isMatch(selected, current)) return;
      const next = await this.#changed(selected, current, ctx);
      if (next !== undefined) {
        object = next;
        for (const earlier of asked) again.add(earlier);
      }
      if ('reinvocationPolicy' in selected.hook && selected.hook.reinvocationPolicy === 'IfNeeded') asked.push(selected);
    };
    for (const selected of hooks) await pass(selected);
    const repeated = hooks.filter((selected) => again.has(selected));
    for (const selected of repeated) await pass(selected);
    return object ?? request.oldObject!;
  }

  /** The object as a webhook changed it, in the request's version; `undefined` when it left it as it is. */
  async #changed({ hook, shown }: SelectedWebhook, request: AdmissionRequest, ctx: RequestContext): Promise<AnyObject | undefined> {
    const sent = inRow(request, shown);
    const answer = await this.#ask(hook, shown, sent, ctx);
    if (answer?.patch === undefined || sent.object === undefined) return undefined;
    const patched = jsonPatch(sent.object, operationsIn(answer.patch));
    const { object } = decodeFor(
      request.resource,
      shown === request.resource ? patched : convert(patched as AnyObject, shown, request.resource),
    );
    request.resource.default?.(object);
    return equalJson(object, request.object) ? undefined : object;
  }

  async #validateWith(hooks: readonly SelectedWebhook[], request: AdmissionRequest, ctx: RequestContext): Promise<void> {
    const matching = hooks.filter((selected) => this.#isMatch(selected, request));
    const outcomes = await Promise.allSettled(matching.map(({ hook, shown }) => this.#ask(hook, shown, inRow(request, shown), ctx)));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  /** Whether the webhook's conditions hold. Throws Forbidden when they cannot be evaluated and the webhook fails closed. */
  #isMatch({ hook, shown }: SelectedWebhook, request: AdmissionRequest): boolean {
    if ((hook.matchConditions ?? []).length === 0) return true;
    const verdict = this.#conditions.evaluate(hook.matchConditions!, reviewContent(inRow(request, shown), shown));
    if ('matches' in verdict) return verdict.matches;
    if (hook.failurePolicy === 'Ignore') return false;
    const { errors } = verdict;
    throw forbidden(request.resource.type, request.name, errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]`);
  }

  /** Throws the refusal; resolves with nothing when a failing webhook is to be ignored. */
  async #ask(hook: Webhook, shown: Resource, request: AdmissionRequest, ctx: RequestContext): Promise<Answer | undefined> {
    const core = this.#core();
    try {
      const uid = core.random.uuid();
      const review = { kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', request: { uid, ...reviewContent(request, shown) } };
      const given = await core.activity.during(`webhook ${hook.name}`, () =>
        callWebhook(hook.clientConfig, review, hook.timeoutSeconds ?? 10, core),
      );
      const answer = verified((given as { response?: Answer } | null)?.response ?? undefined, uid);
      for (const warning of answer.warnings ?? []) ctx.warn(warning);
      if (answer.allowed !== true) throw refusal(hook.name, answer.status);
      return answer;
    } catch (error) {
      if (error instanceof StatusError) throw error;
      const text = `failed calling webhook "${hook.name}": ${messageOf(error)}`;
      if (hook.failurePolicy === 'Ignore') {
        core.log.warn(`webhook failed and is ignored as its failurePolicy asks: ${text}`);
        return undefined;
      }
      throw statusError('InternalError', `Internal error occurred: ${text}`, { causes: [{ message: text }] }, error);
    }
  }
}

/** What an answer must be: k8s.io/apiserver/pkg/admission/plugin/webhook/request VerifyAdmissionResponse. */
function verified(answer: Answer | undefined, uid: string): Answer {
  const fail = (what: string): never => {
    throw new WebhookFailure(`received invalid webhook response: ${what}`);
  };
  if (answer === undefined) return fail('webhook response was absent');
  if (answer.uid !== uid) fail(`expected response.uid="${uid}", got "${answer.uid ?? ''}"`);
  if (answer.patch && !answer.patchType) fail('webhook returned response.patch but not response.patchType');
  if (answer.patch && answer.patchType !== 'JSONPatch') fail(`webhook returned invalid response.patchType of "${answer.patchType}"`);
  return answer;
}

function operationsIn(patch: string): Parameters<typeof jsonPatch>[1] {
  try {
    return JSON.parse(Buffer.from(patch, 'base64').toString()) as Parameters<typeof jsonPatch>[1];
  } catch (error) {
    throw statusError('InternalError', `Internal error occurred: ${messageOf(error)}`, undefined, error);
  }
}

/** The request with its objects in the version of another row that shows the same ones. */
function inRow(request: AdmissionRequest, shown: Resource): AdmissionRequest {
  if (shown === request.resource) return request;
  const { object, oldObject } = request;
  return {
    ...request,
    ...(object === undefined ? {} : { object: convert(object, request.resource, shown) }),
    ...(oldObject === undefined ? {} : { oldObject: convert(oldObject, request.resource, shown) }),
  };
}

function convert(object: AnyObject, from: Resource, to: Resource): AnyObject {
  return inVersionOf(to, new StoredValue(structuredClone(asStored(from, object)))).object as AnyObject;
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
