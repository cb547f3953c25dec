/** An image reference as name and tag; `undefined` when it has no tag (a colon before the last slash is a port). */
export function splitImage(text: string): { name: string; tag: string } | undefined {
  const image = text.trim();
  const colon = image.lastIndexOf(':');
  if (colon <= image.lastIndexOf('/') || colon <= 0 || colon === image.length - 1 || /\s/.test(image)) return undefined;
  return { name: image.slice(0, colon), tag: image.slice(colon + 1) };
}
