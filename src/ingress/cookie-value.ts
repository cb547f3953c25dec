/** The value of a cookie by NGINX's rules: the name is matched without regard to case, the first hit wins. */
export function cookieValue(header: string | undefined, name: string): string | undefined {
  if (header === undefined || name === '') return undefined;
  const wanted = name.toLowerCase();
  let start = 0;
  while (start < header.length) {
    let end = header.indexOf(';', start);
    if (end < 0) end = header.length;
    const equals = header.indexOf('=', start);
    if (equals > start && equals < end && header.slice(start, equals).trim().toLowerCase() === wanted)
      return header.slice(equals + 1, end).trim();
    start = end + 1;
  }
  return undefined;
}
