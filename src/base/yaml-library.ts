import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);

/** The YAML library, loaded by the first who reads or writes YAML: 72 files that a cluster which speaks JSON never needs. */
export function yamlLibrary(): typeof import('yaml') {
  return load('yaml') as typeof import('yaml');
}
