import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { inInstalledWords, speakAsInstalled } from './installed-words.ts';

it.each([
  ['Next: npm run lab\n', 'Next: npx canary-lab lab\n'],
  ['End it with: npm run cluster -- down --name x', 'End it with: npx canary-lab cluster down --name x'],
  ['See "npm run lab:list".', 'See "npx canary-lab list".'],
  ['who holds it: npm run doctor. Run again', 'who holds it: npx canary-lab doctor. Run again'],
  ['npm run build', 'npm run build'],
])('says "%s" as "%s" where the program is installed', (said, installed) => {
  expect(inInstalledWords(said)).toBe(installed);
});

it('passes on what is no text as it is', async () => {
  const stream = new PassThrough();
  speakAsInstalled(stream as unknown as NodeJS.WriteStream);
  stream.write('npm run lab, ');
  stream.write(Buffer.from('npm run lab'));
  stream.end();
  expect(await text(stream)).toBe('npx canary-lab lab, npm run lab');
});
