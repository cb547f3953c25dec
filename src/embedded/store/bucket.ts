/** The part of a key that names its collection: `/registry/apps/deployments/` of `/registry/apps/deployments/default/web`. */
export function bucketOf(key: string): string | undefined {
  let slashes = 0;
  for (let at = 0; at < key.length; at++) {
    if (key.charCodeAt(at) === 47 && ++slashes === 4) return key.slice(0, at + 1);
  }
  return undefined;
}
