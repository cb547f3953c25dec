import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { INGRESS_CASES } from './cases.ts';

/** The cases whose test is not where they say, each as a line. */
export async function untestedCases(root: string): Promise<string[]> {
  const sources = new Map<string, string>();
  const missing: string[] = [];
  for (const { given, request, file, evidence } of INGRESS_CASES) {
    const source = sources.get(file) ?? (await readFile(path.join(root, file), 'utf8'));
    sources.set(file, source);
    for (const piece of evidence)
      if (!source.includes(piece) && !source.includes(piece.replaceAll("'", "\\'")))
        missing.push(`${given}; ${request}: ${file} has no ${piece}`);
  }
  return missing;
}
