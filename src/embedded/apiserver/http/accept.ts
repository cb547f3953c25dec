import { statusError } from '../../../kube/status-error.ts';

/** The form in which a client wants to read the answer. */
export interface Accepted {
  format: 'json' | 'yaml';
  as: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList' | undefined;
  /** Version of the group that `as` belongs to, `v1` unless asked otherwise. */
  version: string;
}

const PLAIN: Accepted = { format: 'json', as: undefined, version: 'v1' };
const TRANSFORMS = new Set(['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList']);

/** Reads an Accept header in the order of its entries; what we cannot write (protobuf, cbor) is passed over. Throws NotAcceptable. */
export function negotiate(header: string | undefined): Accepted {
  if (header === undefined || header === '' || header === '*/*' || header === 'application/json') return PLAIN;
  for (const entry of header.split(',')) {
    const [mediaType, ...rest] = entry.split(';').map((part) => part.trim());
    const parameters = new Map(
      rest.map((part) => {
        const at = part.indexOf('=');
        return [part.slice(0, at), part.slice(at + 1)] as const;
      }),
    );
    const format =
      mediaType === 'application/yaml'
        ? 'yaml'
        : mediaType === 'application/json' || mediaType === '*/*' || mediaType === 'application/*'
          ? 'json'
          : undefined;
    if (format === undefined) continue;
    const as = parameters.get('as');
    if (as === undefined) return { ...PLAIN, format };
    if (TRANSFORMS.has(as) && parameters.get('g') === 'meta.k8s.io')
      return { format, as: as as Accepted['as'], version: parameters.get('v') ?? 'v1' };
  }
  throw statusError('NotAcceptable', 'only the following media types are accepted: application/json, application/yaml');
}
