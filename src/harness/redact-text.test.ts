import { expect, it } from 'vitest';
import { redactText } from './redact-text.ts';

it.each([
  ['a token', `x eyJ${'a'.repeat(12)}.eyJ${'b'.repeat(12)}.${'c'.repeat(12)} y`, 'x (redacted token) y'],
  [
    'a private key',
    '-----BEGIN RSA PRIVATE KEY-----\nAAAA\nBBBB\n-----END RSA PRIVATE KEY-----\nafter',
    '(redacted RSA PRIVATE KEY)\nafter',
  ],
  ['credentials of a kubeconfig', 'client-key-data: QUFBQUFBQUE=\nuser: x', 'client-key-data: (redacted)\nuser: x'],
  ['a password in JSON', '{"password":"hunter2hunter2"}', '{"password":"(redacted)"}'],
  ['a header', 'Authorization: Bearer abc.def', 'Authorization: Bearer (redacted)'],
  ['a URL with a password', 'https://me:secret@127.0.0.1/x', 'https://me:(redacted)@127.0.0.1/x'],
])('takes %s out of a text', (_, text, redacted) => {
  expect(redactText(text)).toBe(redacted);
});

it('leaves what commands usually print as it is', () => {
  const text =
    'NAME   READY\nsample-app-5cd66ff7ff-x2k4b   1/1\nnginx.ingress.kubernetes.io/canary-weight: 25\nserviceaccount/token-reader created\n';
  expect(redactText(text)).toBe(text);
});
