import { createRequire } from 'node:module';

let library: typeof import('yaml') | undefined;

/** The YAML library, loaded by the first who reads or writes YAML: 72 files that a cluster which speaks JSON never needs. */
export function yamlLibrary(): typeof import('yaml') {
  return (library ??= createRequire(import.meta.url)('yaml') as typeof import('yaml'));
}
