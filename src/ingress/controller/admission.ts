import type { Ingress, IngressClass } from '../../kube/generated/types.ts';
import { parseBool } from '../annotation-values.ts';
import { buildConfiguration, type ConfigurationSources } from '../build-configuration.ts';
import { isOurs } from '../class-selection.ts';
import type { Configuration } from '../configuration.ts';
import { hostOf, normalPath } from '../rule-names.ts';
import type { ControllerFlags } from './controller-flags.ts';
import type { ControllerSettings } from './controller-settings.ts';

export interface AdmissionContext {
  /** The Ingresses of our class that exist. */
  ingresses: readonly Ingress[];
  sources: Omit<ConfigurationSources, 'ingresses'>;
  findClass(name: string): IngressClass | undefined;
  flags: ControllerFlags;
  settings: ControllerSettings;
}

const SUSPICIOUS =
  /\balias\s+\S+\s*;|\broot\s+\S+\s*;|\/etc\/(?:passwd|shadow|group|nginx|ingress-controller)|\/var\/run\/secrets|\w+_by_lua\w*/;

/** The text of the denial, or `undefined` when the Ingress is accepted: the rules of ingress-nginx 1.9.4's webhook. */
export function denialOf(ingress: Ingress, context: AdmissionContext): string | undefined {
  const { flags } = context;
  if (ingress.metadata.deletionTimestamp !== undefined || !isOurs(ingress, context.findClass, flags)) return undefined;
  if (flags.watchNamespace !== '' && ingress.metadata.namespace !== flags.watchNamespace) return undefined;
  if (flags.disablesCatchAll && ingress.spec.defaultBackend !== undefined) {
    return "this deployment is trying to create a catch-all ingress while DisableCatchAll flag is set to true. Remove '.spec.defaultBackend' or set DisableCatchAll flag to false.";
  }
  const refused = unsafeValue(ingress) ?? forbiddenAnnotation(ingress, context);
  if (refused !== undefined) return refused;
  const others = context.ingresses.filter(({ metadata }) => !isSame(metadata, ingress.metadata));
  const newest = ingress.metadata.creationTimestamp
    ? ingress
    : { ...ingress, metadata: { ...ingress.metadata, creationTimestamp: '9999-12-31T23:59:59Z' } };
  const configuration = buildConfiguration({ ...context.sources, ingresses: [...others, newest] });
  return refusedPattern(ingress, configuration) ?? overlap(ingress, others, configuration, context.flags);
}

function unsafeValue(ingress: Ingress): string | undefined {
  const name = `${ingress.metadata.namespace}/${ingress.metadata.name}`;
  for (const rule of ingress.spec.rules ?? []) {
    if (rule.host && SUSPICIOUS.test(rule.host))
      return `invalid object: invalid rule in ingress ${name}: invalid host: invalid value found: ${rule.host}`;
    for (const { path } of rule.http?.paths ?? []) {
      if (path && SUSPICIOUS.test(path))
        return `invalid object: invalid rule in ingress ${name}: invalid http path: invalid value found: ${path}`;
    }
  }
  for (const tls of ingress.spec.tls ?? []) {
    for (const value of [...(tls.hosts ?? []), tls.secretName ?? ''])
      if (SUSPICIOUS.test(value)) return `invalid object: invalid TLS in ingress ${name}: invalid value found: ${value}`;
  }
  return undefined;
}

function forbiddenAnnotation(ingress: Ingress, { flags, settings }: AdmissionContext): string | undefined {
  for (const [key, value] of Object.entries(ingress.metadata.annotations ?? {})) {
    if (!key.startsWith(`${flags.annotationsPrefix}/`)) continue;
    if (key.endsWith('-snippet') && !settings.allowsSnippets)
      return `${key} annotation cannot be used. Snippet directives are disabled by the Ingress administrator`;
    const word = settings.wordBlocklist.find((candidate) => value.includes(candidate));
    if (word !== undefined) return `${key} annotation contains invalid word ${word}`;
  }
  return undefined;
}

type Name = { namespace?: string | undefined; name: string };
const isSame = (a: Name, b: Name): boolean => a.namespace === b.namespace && a.name === b.name;

/** A path that NGINX would have to refuse when it loads its configuration, or that is not modelled. */
function refusedPattern(ingress: Ingress, { servers, patterns }: Configuration): string | undefined {
  for (const { host, usesRegex, locations } of servers.values()) {
    for (const location of usesRegex ? locations : []) {
      const problem = patterns.problemOfPath(`^${location.path}`);
      if (problem !== undefined && location.ingress !== undefined && isSame(location.ingress, ingress.metadata))
        return `host "${host}": path "${location.path}" is not modelled as a regular expression: ${problem}`;
    }
  }
  return undefined;
}

function overlap(ingress: Ingress, others: readonly Ingress[], { servers }: Configuration, flags: ControllerFlags): string | undefined {
  const canaryKey = `${flags.annotationsPrefix}/canary`;
  const annotationOf = (one: Ingress | undefined): string | undefined => one?.metadata.annotations?.[canaryKey];
  for (const rule of ingress.spec.rules ?? []) {
    for (const path of rule.http?.paths ?? []) {
      const [host, pathText] = [hostOf(rule), normalPath(path)];
      const owners = (servers.get(host)?.locations ?? [])
        .filter((location) => location.path === pathText && location.ingress !== undefined && !location.isDefaultBackend)
        .map((location) => location.ingress!);
      // Upstream stops at the first path that the object owns itself, whatever the later ones are.
      if (owners.some((owner) => isSame(owner, ingress.metadata))) return undefined;
      for (const owner of owners) {
        const mine = annotationOf(ingress);
        const theirs = annotationOf(others.find(({ metadata }) => metadata.namespace === owner.namespace && metadata.name === owner.name));
        if ((mine === undefined && theirs === undefined) || (parseBool(mine) && parseBool(theirs))) {
          return `host "${host}" and path "${pathText}" is already defined in ingress ${owner.namespace}/${owner.name}`;
        }
      }
    }
  }
  return undefined;
}
