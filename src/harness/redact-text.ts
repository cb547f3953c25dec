const RULES: readonly [RegExp, string][] = [
  // JSON Web Tokens, as service accounts have them.
  [/\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+/g, '(redacted token)'],
  [/-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?-----END \1-----/g, '(redacted $1)'],
  [
    /\b(client-key-data|client-certificate-data|certificate-authority-data|token|password|id-token|refresh-token)(["']?\s*:\s*["']?)[^\s"',}]{8,}/gi,
    '$1$2(redacted)',
  ],
  // Variables and settings: DB_PASSWORD=..., db.password: ...
  [
    /((?:^|[^A-Za-z])[\w.-]*?(?:password|passwd|api[-_]?key|secret[-_]?key|private[-_]?key|(?:secret|token)(?==))["']?[ \t]*[:=][ \t]*["']?)(?!\(redacted)[^\s"',}&<]{6,}/gim,
    '$1(redacted)',
  ],
  [/\b(authorization["']?\s*[:=]\s*["']?(?:bearer|basic)\s+)[\w.~+/=-]+/gi, '$1(redacted)'],
  [/(https?:\/\/[^\s:@/]+:)[^\s@/]+@/g, '$1(redacted)@'],
];

/** The text with what looks like a secret replaced: tokens, private keys, passwords in URLs and credentials of a kubeconfig. */
export function redactText(text: string): string {
  return RULES.reduce((redacted, [pattern, to]) => redacted.replace(pattern, to), text);
}
