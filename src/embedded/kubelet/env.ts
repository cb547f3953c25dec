import { ownValue, setOwnValue } from '../../base/own-value.ts';
import type { ConfigMap, Container, EnvVar, Pod, Secret, Service } from '../../kube/generated/types.ts';
import { fieldValue, type NodeFacts, resourceValue } from './field-reference.ts';
import { expandVariables } from './variable-expansion.ts';

/** What variables may be taken from. */
export interface EnvSources {
  configMap(name: string): ConfigMap | undefined;
  secret(name: string): Secret | undefined;
  /** Services of the Pod's namespace that have an address. */
  services: readonly Service[];
  /** Address and port of the Service `default/kubernetes`. */
  apiService: { ip: string; port: number };
  node: NodeFacts;
}

/** A variable's source is missing: the container waits with CreateContainerConfigError and this text. */
export class EnvError extends Error {}

const decode = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');

/** The environment of a container's next start. Throws `EnvError` when a required source is missing. */
export function containerEnv(pod: Pod, container: Container, sources: EnvSources): Record<string, string> {
  const env: Record<string, string> = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOSTNAME: pod.spec.hostname ?? pod.metadata.name,
    HOME: '/root',
    ...serviceEnv(pod, sources),
  };
  for (const { prefix = '', configMapRef, secretRef } of container.envFrom ?? []) {
    if (configMapRef !== undefined) {
      const found = required(
        sources.configMap(configMapRef.name ?? ''),
        configMapRef.optional,
        `configmap "${configMapRef.name}" not found`,
      );
      for (const [key, value] of Object.entries(found?.data ?? {})) setOwnValue(env, prefix + key, value);
    }
    if (secretRef !== undefined) {
      const found = required(sources.secret(secretRef.name ?? ''), secretRef.optional, `secret "${secretRef.name}" not found`);
      for (const [key, value] of Object.entries(found?.data ?? {})) setOwnValue(env, prefix + key, decode(value));
    }
  }
  for (const variable of container.env ?? []) {
    const value = variableValue(pod, container, variable, env, sources);
    if (value !== undefined) setOwnValue(env, variable.name, value);
  }
  return env;
}

function required<T>(found: T | undefined, optional: boolean | undefined, message: string): T | undefined {
  if (found === undefined && optional !== true) throw new EnvError(message);
  return found;
}

function variableValue(
  pod: Pod,
  container: Container,
  { name, value, valueFrom }: EnvVar,
  env: Record<string, string>,
  sources: EnvSources,
): string | undefined {
  if (valueFrom === undefined) return expandVariables(value ?? '', env);
  const namespace = pod.metadata.namespace ?? 'default';
  if (valueFrom.configMapKeyRef !== undefined) {
    const { name: map = '', key, optional } = valueFrom.configMapKeyRef;
    const found = required(sources.configMap(map), optional, `configmap "${map}" not found`);
    return found && required(ownValue(found.data, key), optional, `couldn't find key ${key} in ConfigMap ${namespace}/${map}`);
  }
  if (valueFrom.secretKeyRef !== undefined) {
    const { name: secret = '', key, optional } = valueFrom.secretKeyRef;
    const found = required(sources.secret(secret), optional, `secret "${secret}" not found`);
    const data = found && required(ownValue(found.data, key), optional, `couldn't find key ${key} in Secret ${namespace}/${secret}`);
    return data === undefined ? undefined : decode(data);
  }
  if (valueFrom.fieldRef !== undefined) {
    const field = fieldValue(pod, valueFrom.fieldRef, sources.node);
    return required(field, false, `unsupported fieldPath: ${valueFrom.fieldRef.fieldPath}`);
  }
  if (valueFrom.resourceFieldRef !== undefined) {
    const { containerName } = valueFrom.resourceFieldRef;
    const of =
      containerName === undefined
        ? container
        : [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find((other) => other.name === containerName);
    return required(
      resourceValue(of, valueFrom.resourceFieldRef, sources.node),
      false,
      `unsupported container resource : ${valueFrom.resourceFieldRef.resource}`,
    );
  }
  throw new EnvError(`the source of variable "${name}" is not modelled`);
}

/** Docker-link style variables of the namespace's Services, and always those of the API server (kubelet/envvars). */
function serviceEnv(pod: Pod, { services, apiService }: EnvSources): Record<string, string> {
  const env: Record<string, string> = {};
  const add = (
    name: string,
    ip: string,
    ports: readonly { name?: string | undefined; port: number; protocol?: string | undefined }[],
  ): void => {
    const prefix = name.toUpperCase().replaceAll('-', '_');
    const first = ports[0];
    if (first === undefined) return;
    env[`${prefix}_SERVICE_HOST`] = ip;
    env[`${prefix}_SERVICE_PORT`] = String(first.port);
    for (const port of ports) {
      const protocol = (port.protocol ?? 'TCP').toUpperCase();
      const url = `${protocol.toLowerCase()}://${ip}:${port.port}`;
      const base = `${prefix}_PORT_${port.port}_${protocol}`;
      if (port.name) env[`${prefix}_SERVICE_PORT_${port.name.toUpperCase().replaceAll('-', '_')}`] = String(port.port);
      env[`${prefix}_PORT`] ??= url;
      Object.assign(env, {
        [base]: url,
        [`${base}_PROTO`]: protocol.toLowerCase(),
        [`${base}_PORT`]: String(port.port),
        [`${base}_ADDR`]: ip,
      });
    }
  };
  if (pod.spec.enableServiceLinks !== false) {
    for (const { metadata, spec } of services)
      if (spec.clusterIP && spec.clusterIP !== 'None') add(metadata.name, spec.clusterIP, spec.ports ?? []);
  }
  add('kubernetes', apiService.ip, [{ name: 'https', port: apiService.port }]);
  return env;
}
