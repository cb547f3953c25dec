import { type ConformanceCase, commandCase as c } from '../conformance-case.ts';
import { columns } from '../rows/columns.ts';

const scoped = (resource: string): string =>
  [
    'namespaces',
    'nodes',
    'ingressclasses',
    'clusterroles',
    'clusterrolebindings',
    'customresourcedefinitions',
    'validatingwebhookconfigurations',
    'mutatingwebhookconfigurations',
    'persistentvolumes',
    'storageclasses',
    'priorityclasses',
  ].includes(resource)
    ? ''
    : ' -n {ns}';
/** The first line: these headings and no others. */
const heading = (text: string): RegExp =>
  new RegExp(
    `^(Warning: .*\\n)?${text
      .split(' | ')
      .map((name) => name.replace(/[()]/g, '\\$&'))
      .join(' {2,}')}\\s*\\n`,
  );

const headings = columns.flatMap(({ resource, narrow, wide }): ConformanceCase[] => [
  c(`columns-${resource}`, [`columns/${resource}`], [`kubectl get ${resource}${scoped(resource)}`], heading(narrow)),
  ...(wide === undefined
    ? []
    : [c(`columns-${resource}-wide`, [`columns/${resource}`], [`kubectl get ${resource}${scoped(resource)} -o wide`], heading(wide))]),
]);

const cell = (resource: string, name: string, expected: RegExp, more = ''): ConformanceCase =>
  c(
    `cells-${resource}-${name}`.replaceAll('{ns}', 'own'),
    [`columns/${resource}`],
    [`kubectl get ${resource}${scoped(resource)} ${name} --no-headers${more}`],
    expected,
  );

/** One line of each kind. */
const cells: readonly ConformanceCase[] = [
  cell('deployments', 'web', /^web\s+2\/2\s+2\s+2\s+\w+\s+c\s+nginx:1\.25\s+app=web$/, ' -o wide'),
  cell('statefulsets', 'store', /^store\s+1\/1\s+\w+\s+c\s+redis:7$/, ' -o wide'),
  cell('daemonsets', 'agent', /^agent\s+1\s+1\s+1\s+1\s+1\s+<none>\s+\w+\s+c\s+fluent:1\s+app=agent$/, ' -o wide'),
  c(
    'cells-jobs-once',
    ['columns/jobs'],
    [{ command: 'kubectl get jobs -n {ns} once --no-headers', retry: /1\/1/ }],
    /^once\s+Complete\s+1\/1\s+\d+s\s+\w+$/,
  ),
  cell('cronjobs', 'nightly', /^nightly\s+0 3 \* \* \*\s+<none>\s+False\s+0\s+<none>\s+\w+$/),
  cell('services', 'web', /^web\s+ClusterIP\s+10\.\d+\.\d+\.\d+\s+<none>\s+80\/TCP\s+\w+\s+app=web$/, ' -o wide'),
  cell('ingresses', 'web', /^web\s+nginx-\w+\s+a\.example\.com\s+80\s+\w+$/),
  cell('configmaps', 'settings', /^settings\s+2\s+\w+$/),
  cell('secrets', 'keys', /^keys\s+Opaque\s+1\s+\w+$/),
  cell('serviceaccounts', 'robot', /^robot\s+0\s+\w+$/),
  cell('networkpolicies', 'fence', /^fence\s+app=web\s+\w+$/),
  cell('poddisruptionbudgets', 'keep', /^keep\s+1\s+N\/A\s+1\s+\w+$/),
  cell('horizontalpodautoscalers', 'grow', /^grow\s+Deployment\/web\s+cpu: <unknown>\/80%\s+1\s+4\s+\d+\s+\w+$/),
  cell('roles', 'reader', /^reader\s+\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
  cell('rolebindings', 'readers', /^readers\s+Role\/reader\s+\w+\s+viewer-\w+\s+\w+\/robot$/, ' -o wide'),
  cell('clusterrolebindings', 'lookers-{ns}', /^lookers-\w+\s+ClusterRole\/looker-\w+\s+\w+\s+lookers\s*$/, ' -o wide'),
  cell('leases', 'leader', /^leader\s+me\s+\w+$/),
  cell('controllerrevisions', 'revision-1', /^revision-1\s+<none>\s+1\s+\w+$/),
  cell('persistentvolumeclaims', 'disk', /^disk\s+Pending\s+slow-\w+\s+<unset>\s+\w+$/),
  cell('persistentvolumes', 'volume-{ns}', /^volume-\w+\s+1Gi\s+RWO\s+Retain\s+(Available|Pending)?\s+other\s+<unset>\s+\w+$/),
  cell('storageclasses', 'slow-{ns}', /^slow-\w+\s+example\.com\/slow\s+Delete\s+Immediate\s+false\s+\w+$/),
  cell('priorityclasses', 'high-{ns}', /^high-\w+\s+1000\s+false\s+\w+\s+PreemptLowerPriority$/),
  cell('validatingwebhookconfigurations', 'gate-{ns}', /^gate-\w+\s+1\s+\w+$/),
  cell('ingressclasses', 'nginx-{ns}', /^nginx-\w+\s+k8s\.io\/ingress-nginx\s+<none>\s+\w+$/),
  cell('resourcequotas', 'quota', /^quota\s+configmaps: 2\/50\s+\w+$/),
  cell('podtemplates', 'form', /^form\s+c\s+nginx\s+app=form$/),
  cell('nodes', '', /^\S+\s+Ready\s+control-plane\s+\w+\s+v1\.34\.0/),
  cell('endpoints', 'web', /web\s+10\.\S+:80,10\.\S+:80\s+\w+$/),
  c(
    'cells-endpointslices',
    ['columns/endpointslices'],
    ['kubectl get endpointslices -n {ns} -l kubernetes.io/service-name=web --no-headers'],
    /^web-\w{5}\s+IPv4\s+80\s+10\.\S+,10\.\S+\s+\w+$/,
  ),
  c(
    'cells-pods-waiting',
    ['columns/pods'],
    [
      { command: 'kubectl run never-bad --image=bad -n {ns}' },
      { command: 'kubectl get pod never-bad -n {ns} --no-headers', retry: /Running/ },
    ],
    /never-bad\s+0\/1\s+Running\s+0/,
  ),
  c(
    'cells-pods-completed',
    ['columns/pods'],
    [
      'kubectl run over --image=busybox --restart=Never -n {ns} -- true',
      { command: 'kubectl get pod over -n {ns} --no-headers', retry: /Completed/ },
    ],
    /over\s+0\/1\s+Completed\s+0/,
  ),
  c(
    'cells-pods-failed',
    ['columns/pods'],
    [
      'kubectl run failed --image=busybox --restart=Never -n {ns} -- false',
      { command: 'kubectl get pod failed -n {ns} --no-headers', retry: /Error/ },
    ],
    /failed\s+0\/1\s+Error\s+0/,
  ),
];

export const columnCases: readonly ConformanceCase[] = [...headings, ...cells];
