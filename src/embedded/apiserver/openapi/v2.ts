/** The media type that Go clients accept in an answer to `/openapi/v2` (a dot where their Accept has `@`). */
export const OPENAPI_V2_MEDIA_TYPE = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/**
 * The smallest gnostic OpenAPI v2 document that clients take: version, title, no paths, no definitions. Kinds that are missing
 * from it are skipped by client-side validation.
 */
export function openApiV2Bytes(): Uint8Array {
  const text = (field: number, value: string): number[] => [(field << 3) | 2, value.length, ...Buffer.from(value, 'utf8')];
  const info = [...text(1, 'Kubernetes'), ...text(2, 'v1.34.0')];
  return Uint8Array.from([...text(1, '2.0'), (2 << 3) | 2, info.length, ...info, (8 << 3) | 2, 0, (9 << 3) | 2, 0]);
}
