const [LF, CR] = [10, 13];

/**
 * Where the empty line that ends a head begins, or -1. Looks at every fourth byte only, as long as none of them can belong to
 * what it looks for (Boyer and Moore's way with a text of two letters).
 */
export function headEnd(bytes: Uint8Array): number {
  const { length } = bytes;
  for (let last = 3; last < length; ) {
    const byte = bytes[last]!;
    if (byte === LF) {
      if (bytes[last - 1] === CR && bytes[last - 2] === LF && bytes[last - 3] === CR) return last - 3;
      last += 2;
    } else last += byte === CR ? 1 : 4;
  }
  return -1;
}
