import { LabError, messageOf } from '../base/errors.ts';
import type { AnyObject } from '../kube/object.ts';
import type { PluginHost } from './plugin-host.ts';

/** The objects of a YAML or JSON file; empty documents are skipped. Throws `MANIFEST_UNREADABLE` or `MANIFEST_INVALID`. */
export async function readManifests(host: PluginHost, file: string): Promise<AnyObject[]> {
  const text = await host.readFile(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  const { parseAllDocuments } = await import('yaml');
  const objects: AnyObject[] = [];
  for (const document of parseAllDocuments(text)) {
    const [problem] = document.errors;
    if (problem !== undefined) throw new LabError('MANIFEST_INVALID', `${file}: ${problem.message.split('\n')[0]}`, { cause: problem });
    const object = document.toJS() as AnyObject | null;
    if (object === null) continue;
    if (typeof object !== 'object' || typeof object.kind !== 'string')
      throw new LabError('MANIFEST_INVALID', `${file}: Object 'Kind' is missing`);
    objects.push(object);
  }
  return objects;
}

/** The words of the Go program for the file system's refusals. */
function unreadable(file: string, error: unknown): LabError {
  const said: Partial<Record<string, string>> = {
    ENOENT: `open ${file}: no such file or directory`,
    ENOTDIR: `open ${file}: not a directory`,
    EACCES: `open ${file}: permission denied`,
    EISDIR: `read ${file}: is a directory`,
  };
  return new LabError('MANIFEST_UNREADABLE', said[(error as NodeJS.ErrnoException).code ?? ''] ?? messageOf(error), { cause: error });
}
