/**
 * What is said of a checkout, in the words of an installed package: it has no npm scripts, so `npm run cluster -- up` is `npx canary-lab cluster up` there.
 */
export function inInstalledWords(text: string): string {
  return text.replace(
    /\bnpm run (lab:list|lab|cluster|dashboard|doctor|traffic)\b( -- )?/g,
    (_, script: string, separator: string | undefined) =>
      `npx canary-lab ${script === 'lab:list' ? 'list' : script}${separator === undefined ? '' : ' '}`,
  );
}

/** Makes a stream say everything in these words. */
export function speakAsInstalled(stream: NodeJS.WriteStream): void {
  const write = stream.write.bind(stream) as (chunk: unknown, ...rest: unknown[]) => boolean;
  stream.write = (chunk: unknown, ...rest: unknown[]): boolean =>
    write(typeof chunk === 'string' ? inInstalledWords(chunk) : chunk, ...rest);
}
