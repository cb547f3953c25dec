const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const LABEL_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

const whole = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`);
const [LABEL_RE, SUBDOMAIN_RE, LABEL_1035_RE, QUALIFIED_RE, VALUE_RE] = [LABEL, SUBDOMAIN, LABEL_1035, QUALIFIED, `(${QUALIFIED})?`].map(
  whole,
) as [RegExp, RegExp, RegExp, RegExp, RegExp];

const tooLong = (max: number): string => `must be no more than ${max} ${max === 1 ? 'byte' : 'bytes'}`;
const regex = (pattern: string, ...examples: string[]): string =>
  `(e.g. ${examples.map((example) => `'${example}'`).join(',  or ')}, regex used for validation is '${pattern}')`;

// The texts are those of k8s.io/apimachinery/pkg/util/validation. Each function returns what is wrong; nothing when all is well.

export function dnsLabelProblems(text: string): string[] {
  return [
    ...(text.length > 63 ? [tooLong(63)] : []),
    ...(LABEL_RE.test(text)
      ? []
      : [
          `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character ${regex(LABEL, 'my-name', '123-abc')}`,
        ]),
  ];
}

export function dnsSubdomainProblems(text: string): string[] {
  return [
    ...(text.length > 253 ? [tooLong(253)] : []),
    ...(SUBDOMAIN_RE.test(text)
      ? []
      : [
          `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character ${regex(SUBDOMAIN, 'example.com')}`,
        ]),
  ];
}

export function dns1035LabelProblems(text: string): string[] {
  return [
    ...(text.length > 63 ? [tooLong(63)] : []),
    ...(LABEL_1035_RE.test(text)
      ? []
      : [
          `a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character ${regex(LABEL_1035, 'my-name', 'abc-123')}`,
        ]),
  ];
}

/** A name that only has to fit into a URL path: RBAC objects. */
export function pathSegmentProblems(text: string): string[] {
  if (text === '.' || text === '..') return [`may not be '${text}'`];
  return ['/', '%'].filter((part) => text.includes(part)).map((part) => `may not contain '${part}'`);
}

export function qualifiedNameProblems(text: string): string[] {
  const parts = text.split('/');
  const format = `must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character ${regex(QUALIFIED, 'MyName', 'my.name', '123-abc')}`;
  if (parts.length > 2) return [`a qualified name ${format} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  const name = parts.at(-1)!;
  const problems: string[] = [];
  if (parts.length === 2) {
    if (parts[0] === '') problems.push('prefix part must be non-empty');
    else problems.push(...dnsSubdomainProblems(parts[0]!).map((problem) => `prefix part ${problem}`));
  }
  if (name === '') problems.push('name part must be non-empty');
  else if (name.length > 63) problems.push(`name part ${tooLong(63)}`);
  if (!QUALIFIED_RE.test(name)) problems.push(`name part ${format}`);
  return problems;
}

export function labelValueProblems(text: string): string[] {
  return [
    ...(text.length > 63 ? [tooLong(63)] : []),
    ...(VALUE_RE.test(text)
      ? []
      : [
          `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character ${regex(`(${QUALIFIED})?`, 'MyValue', 'my_value', '12345')}`,
        ]),
  ];
}

const PORT_NAME = /^[-a-z0-9]+$/;

/** IANA service names, as named container ports must be. */
export function portNameProblems(text: string): string[] {
  const problems: string[] = [];
  if (text.length > 15) problems.push('must be no more than 15 characters');
  if (!PORT_NAME.test(text)) problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(text)) problems.push('must contain at least one letter (a-z)');
  if (text.includes('--')) problems.push('must not contain consecutive hyphens');
  if (text.startsWith('-') || text.endsWith('-')) problems.push('must not begin or end with a hyphen');
  return problems;
}

export function portNumberProblems(port: number): string[] {
  return port >= 1 && port <= 65_535 ? [] : ['must be between 1 and 65535, inclusive'];
}
