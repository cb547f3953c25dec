import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from '../../../kube/generated/types.ts';
import { mutatingWebhookConfigurations, validatingWebhookConfigurations } from '../../../kube/resource-type.ts';
import { type FieldError, fieldError } from '../../../kube/status-error.ts';
import { MatchConditions } from '../admission/match-conditions.ts';
import { ageColumn, column, nameColumn } from './columns/column.ts';
import type { Resource } from './resource.ts';
import { dnsSubdomainProblems } from './syntax.ts';

function defaultWebhook(webhook: ValidatingWebhook | MutatingWebhook): void {
  webhook.failurePolicy ||= 'Fail';
  webhook.matchPolicy ||= 'Equivalent';
  webhook.namespaceSelector ??= {};
  webhook.objectSelector ??= {};
  webhook.timeoutSeconds ??= 10;
  for (const rule of webhook.rules ?? []) rule.scope ||= '*';
  if (webhook.clientConfig?.service !== undefined) webhook.clientConfig.service.port ??= 443;
}

function webhookErrors(webhooks: readonly (ValidatingWebhook | MutatingWebhook)[] | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [i, webhook] of (webhooks ?? []).entries()) {
    const at = `webhooks[${i}]`;
    if (!webhook.name) errors.push(fieldError.required(`${at}.name`));
    else {
      errors.push(...dnsSubdomainProblems(webhook.name).map((problem) => fieldError.invalid(`${at}.name`, webhook.name, problem)));
      if (webhook.name.split('.').length < 3)
        errors.push(fieldError.invalid(`${at}.name`, webhook.name, 'should be a domain with at least three segments separated by dots'));
      if (names.has(webhook.name)) errors.push(fieldError.duplicate(`${at}.name`, webhook.name));
      names.add(webhook.name);
    }
    if ((webhook.admissionReviewVersions ?? []).length === 0)
      errors.push(fieldError.required(`${at}.admissionReviewVersions`, 'must specify one of v1, v1beta1'));
    if (!['None', 'NoneOnDryRun'].includes(webhook.sideEffects ?? '')) {
      errors.push(
        webhook.sideEffects
          ? fieldError.notSupported(`${at}.sideEffects`, webhook.sideEffects, ['None', 'NoneOnDryRun'])
          : fieldError.required(`${at}.sideEffects`, 'must specify one of None, NoneOnDryRun'),
      );
    }
    if (!['Fail', 'Ignore'].includes(webhook.failurePolicy ?? ''))
      errors.push(fieldError.notSupported(`${at}.failurePolicy`, webhook.failurePolicy, ['Fail', 'Ignore']));
    if (webhook.timeoutSeconds !== undefined && (webhook.timeoutSeconds < 1 || webhook.timeoutSeconds > 30)) {
      errors.push(fieldError.invalid(`${at}.timeoutSeconds`, webhook.timeoutSeconds, 'the timeout value must be between 1 and 30 seconds'));
    }
    if (!['Exact', 'Equivalent'].includes(webhook.matchPolicy ?? ''))
      errors.push(fieldError.notSupported(`${at}.matchPolicy`, webhook.matchPolicy, ['Equivalent', 'Exact']));
    if ('reinvocationPolicy' in webhook && !['Never', 'IfNeeded'].includes(webhook.reinvocationPolicy ?? ''))
      errors.push(fieldError.notSupported(`${at}.reinvocationPolicy`, webhook.reinvocationPolicy, ['IfNeeded', 'Never']));
    errors.push(...new MatchConditions().problems(webhook.matchConditions, `${at}.matchConditions`));
    const { url, service } = webhook.clientConfig ?? {};
    if ((url === undefined) === (service === undefined))
      errors.push(fieldError.required(`${at}.clientConfig`, 'exactly one of url or service is required'));
  }
  return errors;
}

export const validatingWebhookConfiguration: Resource<ValidatingWebhookConfiguration> = {
  type: validatingWebhookConfigurations,
  singular: 'validatingwebhookconfiguration',
  shortNames: [],
  categories: ['api-extensions'],
  schemaName: 'ValidatingWebhookConfiguration',
  hasStatus: false,
  hasGeneration: true,
  needsResourceVersion: true,
  columns: [nameColumn(), column('Webhooks', ({ webhooks }) => (webhooks ?? []).length, 'integer'), ageColumn()],
  default(object) {
    for (const webhook of object.webhooks ?? []) defaultWebhook(webhook);
  },
  validate: ({ webhooks }) => webhookErrors(webhooks),
};

export const mutatingWebhookConfiguration: Resource<MutatingWebhookConfiguration> = {
  type: mutatingWebhookConfigurations,
  singular: 'mutatingwebhookconfiguration',
  shortNames: [],
  categories: ['api-extensions'],
  schemaName: 'MutatingWebhookConfiguration',
  hasStatus: false,
  hasGeneration: true,
  needsResourceVersion: true,
  columns: [nameColumn(), column('Webhooks', ({ webhooks }) => (webhooks ?? []).length, 'integer'), ageColumn()],
  default(object) {
    for (const webhook of object.webhooks ?? []) {
      defaultWebhook(webhook);
      webhook.reinvocationPolicy ||= 'Never';
    }
  },
  validate: ({ webhooks }) => webhookErrors(webhooks),
};
