import { LabError } from '../../base/errors.ts';
import type { Container, Pod } from '../../kube/generated/types.ts';
import { mountedFiles, mountOf, readMountedFile, type VolumeSources } from './volumes.ts';

/** Most containers never write a file, so what holds files is made at the first. */
const NO_FILES: ReadonlyMap<string, string> = new Map();

/** What the containers of a Pod wrote into its empty directories, by volume and path. It lives as long as the Pod is on the node. */
export class EmptyDirs {
  #volumes: Map<string, Map<string, string>> | undefined;

  of(volume: string): ReadonlyMap<string, string> {
    return this.#volumes?.get(volume) ?? NO_FILES;
  }

  write(volume: string, path: string, content: string): void {
    this.#volumes ??= new Map();
    const files = this.#volumes.get(volume) ?? new Map<string, string>();
    this.#volumes.set(volume, files.set(path, content));
  }

  remove(volume: string, path: string): boolean {
    return this.#volumes?.get(volume)?.delete(path) ?? false;
  }

  /** Bytes in the volume. */
  sizeOf(volume: string): number {
    let bytes = 0;
    for (const content of this.of(volume).values()) bytes += Buffer.byteLength(content);
    return bytes;
  }
}

/** The files that one run of a container sees: its mounts over a layer of its own, which is new in every run. */
export class ContainerFiles {
  readonly #pod: () => Pod;
  readonly #container: Container;
  readonly #sources: VolumeSources;
  readonly #dirs: EmptyDirs;
  readonly #onWrite: () => void;
  #layer: Map<string, string> | undefined;

  constructor(pod: () => Pod, container: Container, sources: VolumeSources, dirs: EmptyDirs, onWrite: () => void) {
    this.#pod = pod;
    this.#container = container;
    this.#sources = sources;
    this.#dirs = dirs;
    this.#onWrite = onWrite;
  }

  read(path: string): string | undefined {
    return readMountedFile(this.#pod(), this.#container, path, this.#sources) ?? this.#layer?.get(path);
  }

  list(): string[] {
    return [...new Set([...mountedFiles(this.#pod(), this.#container, this.#sources).keys(), ...(this.#layer ?? NO_FILES).keys()])].sort();
  }

  /** Writes or, without content, removes a file. Throws `Read-only file system` where the kernel would say so. */
  write(path: string, content: string | undefined): void {
    const place = mountOf(this.#container, path);
    if (place === undefined) {
      if (this.#container.securityContext?.readOnlyRootFilesystem === true && path !== this.terminationMessagePath)
        throw new LabError('READ_ONLY_FILE', 'Read-only file system');
      if (content === undefined) this.#layer?.delete(path);
      else {
        this.#layer ??= new Map();
        this.#layer.set(path, content);
      }
      return;
    }
    const volume = this.#pod().spec.volumes?.find(({ name }) => name === place.mount.name);
    if (place.mount.readOnly === true || volume === undefined || !isDirectory(volume))
      throw new LabError('READ_ONLY_FILE', 'Read-only file system');
    if (content === undefined) this.#dirs.remove(volume.name, place.path);
    else this.#dirs.write(volume.name, place.path, content);
    this.#onWrite();
  }

  get terminationMessagePath(): string {
    return this.#container.terminationMessagePath ?? '/dev/termination-log';
  }
}

/** Whether the volume is an empty directory, or stands in for one: host paths and claims hold what their Pod writes and no more. */
function isDirectory(volume: object): boolean {
  return !['configMap', 'secret', 'projected', 'downwardAPI'].some((kind) => (volume as Record<string, unknown>)[kind] !== undefined);
}
