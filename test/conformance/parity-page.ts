import { allCases, allRows } from './all-cases.ts';
import { isRequest } from './conformance-case.ts';

/** What is left out on purpose, and what a client meets in its place. */
const LEFT_OUT: readonly (readonly [string, string])[] = [
  ['ReplicationController', 'no such resource: `the server doesn\'t have a resource type "rc"`'],
  ['`kubectl debug` (ephemeral containers)', 'refused by name: `"pods/ephemeralcontainers" is not modelled`'],
  ['`pods/resize`, `pods/proxy`, `services/proxy`, `nodes/proxy`', 'refused by name with 400'],
  [
    '`kubectl attach -i`, the standard input of `kubectl run -i`',
    'refused by name; kubectl falls back to the log. Output alone is attached.',
  ],
  ['`kubectl cp`', 'containers have no `tar`; the error names it'],
  ['metrics-server', 'the API server itself answers `metrics.k8s.io`: see [pods.md](pods.md#metrics)'],
  ['ResourceQuota', 'counts of objects are enforced; amounts (`requests.cpu`…) and scopes are refused by name'],
  ['LimitRange', 'defaults, minimum and maximum of containers are enforced; other types and ratios are refused by name'],
  ['Conversion webhooks of custom resources', 'refused by name; several versions with the conversion "None" work'],
  [
    "CEL rules with functions of Kubernetes' own libraries (`quantity`, `url`, …)",
    'a warning names the rule when the definition is written; it is not enforced',
  ],
  [
    "Match conditions of webhooks with `authorizer`, or with functions of Kubernetes' own libraries",
    'refused by name when the configuration is written; `object`, `oldObject` and `request` are there',
  ],
  ['`matches` in CEL, `pattern` of schemas', "RE2's regular expressions; a CRD that holds another is refused with upstream's text"],
  ['Webhooks for CONNECT (`pods/exec`, …)', 'never asked'],
  ['Bodies that nest deeper than 1,000 lists and maps', '400 `exceeded max depth`; upstream takes ten times as many'],
  ['A JSON patch of a key `__proto__`', '422; every other kind of write takes such a key'],
  ['Tokens in Pods', 'renewed after four fifths of their life, or a day; upstream also lets one of an hour live for a year'],
  ['Endpoints and EndpointSlice of the Service `kubernetes`', 'written when the server starts; deleted ones come back with its next start'],
  ['OpenAPI v2', 'the smallest document that clients accept; schemas are in v3'],
  ['Compressed answers', 'never sent; every client takes plain ones'],
  ['Protobuf and CBOR answers', 'answers are JSON or YAML; protobuf request bodies are read'],
];

/** `docs/parity/api.md`: every row of the suite's lists with the cases that show it. */
export function parityPage(): string {
  const lines = [
    '# What the API server answers',
    '',
    '<!-- Written by scripts/update-parity-api.ts from test/conformance. -->',
    '',
    'Each row is shown by cases of `test/conformance`, which run the oldest and the newest supported `kubectl` and both versions of `helm`',
    `against a fresh embedded cluster: ${allCases.length} cases, ${allCases.reduce((sum, one) => sum + (!isRequest(one) && one.clients === 'both' ? 2 : 1), 0)} runs.`,
    '',
    '## Left out',
    '',
    '| what | what a client meets |',
    '| --- | --- |',
    ...LEFT_OUT.map(([what, met]) => `| ${what} | ${met} |`),
  ];
  for (const [title, rows] of Object.entries(allRows)) {
    lines.push('', `## ${title}`, '', '| row | what | cases |', '| --- | --- | --- |');
    for (const [id, text] of Object.entries(rows))
      lines.push(
        `| ${id} | ${text.replaceAll('|', '\\|')} | ${allCases
          .filter((one) => one.covers.includes(id))
          .map((one) => one.id)
          .join(', ')} |`,
      );
  }
  return `${lines.join('\n')}\n`;
}
