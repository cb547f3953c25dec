import type {
  ConfigMap,
  Container,
  KeyToPath,
  Pod,
  Secret,
  ServiceAccountTokenProjection,
  Volume,
  VolumeMount,
} from '../../kube/generated/types.ts';
import { fieldValue, type NodeFacts, resourceValue } from './field-reference.ts';

/** Where the content of volumes comes from. Reads are live: each asks again. */
export interface VolumeSources {
  configMap(name: string): ConfigMap | undefined;
  secret(name: string): Secret | undefined;
  /** The token of a projection that is valid now, or why there is none. */
  token(projection: ServiceAccountTokenProjection): string | { missing: string } | undefined;
  node: NodeFacts;
  /** What was written into a volume that is a directory of the Pod; absent: nothing. */
  written?(volume: string): ReadonlyMap<string, string>;
}

/** The files of one volume by path relative to its root; or the reason why it cannot be set up, worded as the kubelet does. */
export type VolumeContent = { files: Map<string, string> } | { missing: string };

const decode = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');

function keyed(
  kind: 'configmap' | 'secret',
  object: ConfigMap | Secret | undefined,
  name: string,
  items: readonly KeyToPath[] | undefined,
  optional: boolean | undefined,
): VolumeContent {
  if (object === undefined) return optional ? { files: new Map() } : { missing: `${kind} "${name}" not found` };
  const data = new Map<string, string>();
  for (const [key, value] of Object.entries(object.data ?? {})) data.set(key, kind === 'secret' ? decode(value) : value);
  for (const [key, value] of Object.entries('binaryData' in object ? (object.binaryData ?? {}) : {})) data.set(key, decode(value));
  if (items === undefined) return { files: data };
  const files = new Map<string, string>();
  for (const { key, path } of items) {
    const value = data.get(key);
    if (value !== undefined) files.set(path, value);
    else if (!optional)
      return {
        missing: kind === 'secret' ? `references non-existent secret key: ${key}` : `configmap references non-existent config key: ${key}`,
      };
  }
  return { files };
}

function downward(
  pod: Pod,
  items: readonly {
    path: string;
    fieldRef?: { fieldPath: string } | undefined;
    resourceFieldRef?: { containerName?: string | undefined; resource: string; divisor?: string | undefined } | undefined;
  }[],
  node: NodeFacts,
): VolumeContent {
  const files = new Map<string, string>();
  for (const { path, fieldRef, resourceFieldRef } of items) {
    const value =
      fieldRef !== undefined
        ? fieldValue(pod, fieldRef, node)
        : resourceFieldRef &&
          resourceValue(
            pod.spec.containers.find(({ name }) => name === resourceFieldRef.containerName),
            resourceFieldRef,
            node,
          );
    files.set(path, value ?? '');
  }
  return { files };
}

/** The content of a volume now. Sources outside the cluster (host paths, claims, CSI) are directories of the Pod's own that begin empty. */
export function volumeContent(pod: Pod, volume: Volume, sources: VolumeSources): VolumeContent {
  if (volume.configMap !== undefined) {
    const { name = '', items, optional } = volume.configMap;
    return keyed('configmap', sources.configMap(name), name, items, optional);
  }
  if (volume.secret !== undefined) {
    const { secretName = '', items, optional } = volume.secret;
    return keyed('secret', sources.secret(secretName), secretName, items, optional);
  }
  if (volume.downwardAPI !== undefined) return downward(pod, volume.downwardAPI.items ?? [], sources.node);
  if (volume.projected === undefined) return { files: new Map(sources.written?.(volume.name) ?? []) };
  const files = new Map<string, string>();
  const missing = new Set<string>();
  for (const source of volume.projected.sources ?? []) {
    let part: VolumeContent = { files: new Map() };
    if (source.configMap !== undefined)
      part = keyed(
        'configmap',
        sources.configMap(source.configMap.name ?? ''),
        source.configMap.name ?? '',
        source.configMap.items,
        source.configMap.optional,
      );
    else if (source.secret !== undefined)
      part = keyed(
        'secret',
        sources.secret(source.secret.name ?? ''),
        source.secret.name ?? '',
        source.secret.items,
        source.secret.optional,
      );
    else if (source.downwardAPI !== undefined) part = downward(pod, source.downwardAPI.items ?? [], sources.node);
    else if (source.serviceAccountToken !== undefined) {
      const token = sources.token(source.serviceAccountToken);
      if (typeof token === 'object') part = token;
      else if (token !== undefined) part = { files: new Map([[source.serviceAccountToken.path, token]]) };
    }
    if ('missing' in part) missing.add(part.missing);
    else for (const [path, content] of part.files) files.set(path, content);
  }
  if (missing.size === 0) return { files };
  return { missing: missing.size === 1 ? [...missing][0]! : `[${[...missing].join(', ')}]` };
}

/** The volumes that a container mounts and that cannot be set up yet. A volume that none mounts is not set up at all. */
export function missingVolumes(pod: Pod, sources: VolumeSources): { volume: string; why: string }[] {
  const { volumes = [], containers, initContainers = [] } = pod.spec;
  const isMounted = (volume: string): boolean =>
    [...initContainers, ...containers].some(({ volumeMounts }) => volumeMounts?.some(({ name }) => name === volume));
  return volumes.flatMap((volume) => {
    const content = isMounted(volume.name) ? volumeContent(pod, volume, sources) : undefined;
    return content !== undefined && 'missing' in content ? [{ volume: volume.name, why: content.missing }] : [];
  });
}

const clean = (path: string): string => path.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');

/** Every file that a container's mounts show, by absolute path. A mount with a subPath shows only that part of its volume. */
export function mountedFiles(pod: Pod, container: Container, sources: VolumeSources): Map<string, string> {
  const files = new Map<string, string>();
  for (const { name, mountPath, subPath } of container.volumeMounts ?? []) {
    const volume = pod.spec.volumes?.find((candidate) => candidate.name === name);
    if (volume === undefined) continue;
    const content = volumeContent(pod, volume, sources);
    if ('missing' in content) continue;
    for (const [path, text] of content.files) {
      if (subPath === undefined || subPath === '') files.set(clean(`${mountPath}/${path}`), text);
      else if (path === subPath) files.set(clean(mountPath), text);
      else if (path.startsWith(`${subPath}/`)) files.set(clean(`${mountPath}/${path.slice(subPath.length + 1)}`), text);
    }
  }
  return files;
}

/** The mount that a path lies in (the longest one) and the path inside its volume; `undefined` outside of every mount. */
export function mountOf(container: Container, path: string): { mount: VolumeMount; path: string } | undefined {
  const wanted = clean(path);
  const mount = (container.volumeMounts ?? [])
    .filter(({ mountPath }) => wanted === clean(mountPath) || wanted.startsWith(`${clean(mountPath)}/`))
    .sort((a, b) => b.mountPath.length - a.mountPath.length)[0];
  if (mount === undefined) return undefined;
  return { mount, path: clean(`${mount.subPath ?? ''}/${wanted.slice(clean(mount.mountPath).length)}`).replace(/^\//, '') };
}

/** One mounted file, or `undefined`. Looks only into the volume whose mount path is the longest prefix. */
export function readMountedFile(pod: Pod, container: Container, path: string, sources: VolumeSources): string | undefined {
  const place = mountOf(container, path);
  return place && mountedFiles(pod, { ...container, volumeMounts: [place.mount] }, sources).get(clean(path));
}
