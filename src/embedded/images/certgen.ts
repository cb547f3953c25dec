import { ownValue } from '../../base/own-value.ts';
import type { MutatingWebhookConfiguration, Secret, ValidatingWebhookConfiguration } from '../../kube/generated/types.ts';
import type { ResourceType } from '../../kube/resource-type.ts';
import { mutatingWebhookConfigurations, secrets, validatingWebhookConfigurations } from '../../kube/resource-type.ts';
import { isStatus } from '../../kube/status-error.ts';
import type { ImageContext, ImageProgram } from './image-program.ts';
import { selfSigned } from './self-signed.ts';

/** `--name=value`, `--name value` and bare `--name` (true). */
function flagsOf(args: readonly string[]): Record<string, string> {
  const flags: Record<string, string> = {};
  for (let at = 0; at < args.length; at++) {
    const match = args[at]!.match(/^--([^=]+)(?:=(.*))?$/s);
    if (!match) continue;
    const next = args[at + 1];
    flags[match[1]!] = match[2] ?? (next !== undefined && !next.startsWith('--') ? args[++at]! : 'true');
  }
  return flags;
}

/** Makes the Secret with `ca`, `cert` and `key`, unless it is there. */
async function create(ctx: ImageContext, flags: Record<string, string>): Promise<number> {
  const { namespace = ctx.pod.namespace, 'secret-name': name, host = '' } = flags;
  if (name === undefined || host === '') {
    ctx.log('create needs --secret-name and --host');
    return 1;
  }
  const existing = await ctx.api.get(secrets, { namespace, name });
  const caName = flags['ca-name'] ?? 'ca';
  if (ownValue(existing?.data, caName) !== undefined) {
    ctx.log(`secret ${namespace}/${name} is there already`);
    return 0;
  }
  const { ca, cert, key } = await selfSigned(host.split(',').map((part) => part.trim()));
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const data = { [caName]: base64(ca), [flags['cert-name'] ?? 'cert']: base64(cert), [flags['key-name'] ?? 'key']: base64(key) };
  try {
    await ctx.api.create<Secret>(secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, type: 'Opaque', data });
  } catch (error) {
    if (!isStatus(error, 'AlreadyExists')) throw error;
  }
  ctx.log(`created secret ${namespace}/${name} for ${host}`);
  return 0;
}

/** Writes the authority into every webhook of the named configurations, and the failure policy when one is given. */
async function patch(ctx: ImageContext, flags: Record<string, string>): Promise<number> {
  const {
    namespace = ctx.pod.namespace,
    'secret-name': secretName,
    'webhook-name': webhookName,
    'patch-failure-policy': failurePolicy,
  } = flags;
  if (secretName === undefined || webhookName === undefined) {
    ctx.log('patch needs --secret-name and --webhook-name');
    return 1;
  }
  const secret = await ctx.api.get(secrets, { namespace, name: secretName });
  const caBundle = ownValue(secret?.data, flags['ca-name'] ?? 'ca');
  if (caBundle === undefined) {
    ctx.log(`secret ${namespace}/${secretName} has no authority`);
    return 1;
  }
  const write = async <T extends ValidatingWebhookConfiguration | MutatingWebhookConfiguration>(type: ResourceType<T>): Promise<void> => {
    const found = await ctx.api.get(type, { name: webhookName });
    if (found === undefined) throw new Error(`${type.resource} "${webhookName}" not found`);
    const changed = structuredClone(found);
    for (const webhook of changed.webhooks ?? []) {
      webhook.clientConfig.caBundle = caBundle;
      if (failurePolicy) webhook.failurePolicy = failurePolicy;
    }
    await ctx.api.update(type, changed);
    ctx.log(`patched ${type.resource} ${webhookName}`);
  };
  if (flags['patch-validating'] !== 'false') await write(validatingWebhookConfigurations);
  if (flags['patch-mutating'] !== 'false') await write(mutatingWebhookConfigurations);
  return 0;
}

/** kube-webhook-certgen: the two Jobs of the ingress-nginx chart. */
export function createCertgenProgram(): ImageProgram {
  return {
    run: (ctx) =>
      ctx.activity.during(`certgen of ${ctx.pod.name}`, async () => {
        // As activity: virtual time must not move between its calls, or a Job's deadline would pass while keys are being made.
        const words = [...ctx.command, ...ctx.args];
        const flags = flagsOf(words);
        if (words.includes('create')) return create(ctx, flags);
        if (words.includes('patch')) return patch(ctx, flags);
        ctx.log('a command is needed: create or patch');
        return 1;
      }),
  };
}
