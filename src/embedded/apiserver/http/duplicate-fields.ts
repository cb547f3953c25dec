/** Paths of fields that a JSON text gives twice in one object, such as `data.a` or `spec.containers[0].name`. The text must be valid. */
export function duplicateFields(text: string): string[] {
  const found: string[] = [];
  const frames: { path: string; keys: Set<string> | undefined; index: number; key: string }[] = [];
  let expectsKey = false;
  const here = (): string => {
    const top = frames.at(-1);
    if (top === undefined) return '';
    if (top.keys === undefined) return `${top.path}[${top.index}]`;
    return top.path === '' ? top.key : `${top.path}.${top.key}`;
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    const top = frames.at(-1);
    switch (char) {
      case '{':
        frames.push({ path: here(), keys: new Set(), index: 0, key: '' });
        expectsKey = true;
        break;
      case '[':
        frames.push({ path: here(), keys: undefined, index: 0, key: '' });
        expectsKey = false;
        break;
      case '}':
      case ']':
        frames.pop();
        expectsKey = false;
        break;
      case ',':
        if (top?.keys === undefined) {
          if (top !== undefined) top.index += 1;
        } else expectsKey = true;
        break;
      case '"': {
        const start = at;
        for (at++; text[at] !== '"' && at < text.length; at++) if (text[at] === '\\') at++;
        if (!expectsKey || top?.keys === undefined) break;
        expectsKey = false;
        top.key = JSON.parse(text.slice(start, at + 1)) as string;
        if (top.keys.has(top.key)) found.push(here());
        top.keys.add(top.key);
        break;
      }
      default:
    }
  }
  return found;
}
