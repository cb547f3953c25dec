import jsonpatch from 'fast-json-patch';
import { statusError } from '../../../kube/status-error.ts';

const OPERATIONS = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test']);

/**
 * RFC 6902. A failing test or a missing path is 422 Invalid with upstream's generic text; something that is no list of
 * operations is BadRequest. `current` is not changed.
 */
export function jsonPatch(current: object, operations: unknown): object {
  if (!Array.isArray(operations))
    throw statusError('BadRequest', 'error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch');
  if (operations.length > 10_000) {
    throw statusError('RequestEntityTooLarge', `The allowed maximum operations in a JSON patch is 10000, got ${operations.length}`);
  }
  for (const operation of operations as { op?: string }[]) {
    if (!OPERATIONS.has(operation?.op ?? '')) throw rejected(new Error(`Unexpected kind: ${operation?.op}`));
  }
  try {
    return jsonpatch.applyPatch(structuredClone(current), structuredClone(operations) as jsonpatch.Operation[], true, true, true)
      .newDocument;
  } catch (error) {
    throw rejected(error);
  }
}

function rejected(cause: unknown): Error {
  return statusError('Invalid', 'the server rejected our request due to an error in our request', {}, cause);
}
