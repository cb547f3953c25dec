import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { quoteCommand } from './shell-quote.ts';

describe('quoteCommand', () => {
  it.each([
    [['kubectl', 'get', 'pods', '-n', 'sample-app'], 'kubectl get pods -n sample-app'],
    [['helm', 'install', '--set', 'dashboard.enabled=true'], 'helm install --set dashboard.enabled=true'],
    [['curl', '-H', 'Host: sample.app'], `curl -H 'Host: sample.app'`],
    [['echo', `it's`], `echo 'it'\\''s'`],
    [['kubectl', '-o', 'jsonpath={.status.phase}'], `kubectl -o 'jsonpath={.status.phase}'`],
    [['echo', ''], `echo ''`],
  ])('shows %j as a line to paste', (argv, line) => {
    expect(quoteCommand(argv)).toBe(line);
  });

  it.skipIf(process.platform === 'win32')('gives a shell the words back unchanged', () => {
    const words = ['a b', `c'd`, '$HOME', '*', '"', '\\', 'ü 한', 'x;y&z|'];
    expect(
      execFileSync('/bin/sh', ['-c', `printf '%s\\n' ${quoteCommand(words)}`], { encoding: 'utf8' })
        .trimEnd()
        .split('\n'),
    ).toEqual(words);
  });
});
