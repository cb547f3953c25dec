import { type ConformanceCase, commandCase as c } from '../conformance-case.ts';
import { shop } from '../fixtures/one-of-each.ts';

const apply = (input: string, more = '') => ({ command: `kubectl apply -n {ns} -f -${more}`, input });
const configMap = (name: string, data = '{a: b}', more = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}${more}}\ndata: ${data}\n`;
const get = (what: string, path: string): string => `kubectl get ${what} -n {ns} -o 'jsonpath=${path}'`;

/** Creating, changing, patching, applying, rolling out and deleting; in order, on a Deployment "shop". */
export const writeCases: readonly ConformanceCase[] = [
  c('create-namespace', ['kubectl/create-generators'], ['kubectl create namespace {ns}-more'], /^namespace\/\w+-more created$/),
  c(
    'create-namespace-label',
    ['kubectl/create-generators'],
    ["kubectl get ns {ns}-more -o 'jsonpath={.metadata.labels.kubernetes\\.io/metadata\\.name} {.status.phase} {.spec.finalizers}'"],
    /^\w+-more Active \["kubernetes"\]$/,
  ),
  c(
    'namespace-gets-account',
    ['kubectl/create-generators'],
    [{ command: 'kubectl get sa default -n {ns}-more --no-headers', retry: /default/ }],
    /^default\s+0\s+\w+$/,
  ),
  c(
    'namespace-gets-root-ca',
    ['kubectl/create-generators'],
    [{ command: 'kubectl get cm kube-root-ca.crt -n {ns}-more --no-headers', retry: /kube/ }],
    /^kube-root-ca\.crt\s+1\s+\w+$/,
  ),
  c(
    'apply-create',
    ['kubectl/apply-create'],
    [apply(shop())],
    /^deployment\.apps\/shop created\nservice\/shop created\nconfigmap\/shop created$/,
  ),
  c(
    'apply-same',
    ['kubectl/apply-change'],
    [apply(shop())],
    /^deployment\.apps\/shop unchanged\nservice\/shop unchanged\nconfigmap\/shop unchanged$/,
  ),
  c('apply-change', ['kubectl/apply-change'], [apply(shop('nginx:1.26'))], /^deployment\.apps\/shop configured\nservice\/shop unchanged/),
  c(
    'apply-list',
    ['kubectl/apply-create'],
    [
      apply(
        'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: l1}}\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: l2}}\n',
      ),
    ],
    /^configmap\/l1 created\nconfigmap\/l2 created$/,
  ),
  c(
    'apply-prune-field',
    ['kubectl/apply-change'],
    [apply(configMap('pruned', '{a: b, c: d}')), apply(configMap('pruned', '{a: b}')), get('cm pruned', '{.data}')],
    /\{"a":"b"\}$/,
  ),
  c(
    'apply-dry-run-server',
    ['kubectl/apply-create'],
    [apply(configMap('dry'), ' --dry-run=server'), 'kubectl get cm dry -n {ns}'],
    /created \(server dry run\)\nError from server \(NotFound\): configmaps "dry" not found$/,
  ),
  c(
    'apply-unknown-field',
    ['400/unknown-field', 'kubectl/apply-create'],
    [apply(`${configMap('bad')}foo: bar\n`)],
    /(\(BadRequest\).*|error validating data: )?.*unknown field "foo"/,
  ),
  c(
    'apply-warn',
    ['warning/unknown-field'],
    [apply(`${configMap('warned')}foo: bar\n`, ' --validate=warn')],
    /^Warning: unknown field "foo"\nconfigmap\/warned created$/,
    'newest',
  ),
  c(
    'apply-ignore',
    ['400/unknown-field'],
    [apply(`${configMap('ignored')}foo: bar\n`, ' --validate=ignore'), get('cm ignored', '{.foo}')],
    /^configmap\/ignored created$/,
  ),
  c(
    'apply-server-side',
    ['kubectl/apply-server-side'],
    [
      apply(configMap('ssa', '{a: b}'), ' --server-side --field-manager=one'),
      "kubectl get cm ssa -n {ns} --show-managed-fields -o 'jsonpath={.metadata.managedFields[*].manager} {.metadata.managedFields[0].operation} {.metadata.managedFields[0].fieldsV1}'",
    ],
    /serverside-applied\none Apply \{"f:data":\{"f:a":\{\}\}\}$/,
  ),
  c(
    'apply-server-side-conflict',
    ['409/apply', 'kubectl/apply-server-side'],
    [apply(configMap('ssa', '{a: c}'), ' --server-side --field-manager=two')],
    /Apply failed with 1 conflict: conflict with "one": \.data\.a/,
  ),
  c(
    'apply-server-side-force',
    ['kubectl/apply-server-side'],
    [apply(configMap('ssa', '{a: c}'), ' --server-side --field-manager=two --force-conflicts'), get('cm ssa', '{.data.a}')],
    /serverside-applied\nc$/,
  ),
  c(
    'apply-server-side-drop',
    ['kubectl/apply-server-side'],
    [apply(configMap('ssa', '{z: z}'), ' --server-side --field-manager=two'), get('cm ssa', '{.data}')],
    /\{"z":"z"\}$/,
  ),
  c(
    'apply-server-side-after-client-side',
    ['kubectl/apply-server-side'],
    [
      apply(shop('nginx:1.26'), ' --server-side --force-conflicts'),
      "kubectl get deploy shop -n {ns} --show-managed-fields -o 'jsonpath={range .metadata.managedFields[*]}{.manager}/{.operation} {end}'",
    ],
    /serverside-applied[\s\S]*kubectl\/Apply/,
  ),
  c(
    'diff',
    ['kubectl/diff'],
    [{ command: 'kubectl diff -n {ns} -f -', input: configMap('shop', '{a: changed}') }],
    /^diff -u[\s\S]*-\s+a: b\n\+\s+a: changed/m,
  ),
  c('diff-same', ['kubectl/diff'], [{ command: 'kubectl diff -n {ns} -f -', input: configMap('pruned') }], /^$/),
  c(
    'create-file',
    ['kubectl/create-file'],
    [{ command: 'kubectl create -n {ns} -f -', input: configMap('filed') }],
    /^configmap\/filed created$/,
  ),
  c(
    'create-exists',
    ['409/exists'],
    [{ command: 'kubectl create -n {ns} -f -', input: configMap('filed') }],
    /^Error from server \(AlreadyExists\): error when creating "STDIN": configmaps "filed" already exists$/,
  ),
  c(
    'create-generate-name',
    ['kubectl/create-file'],
    [{ command: 'kubectl create -n {ns} -f -', input: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: gen-}\n' }],
    /^configmap\/gen-[bcdfghjklmnpqrstvwxz2456789]{5} created$/,
  ),
  c(
    'replace',
    ['kubectl/replace'],
    [{ command: 'kubectl replace -n {ns} -f -', input: configMap('filed', '{x: why}') }, get('cm filed', '{.data}')],
    /^configmap\/filed replaced\n\{"x":"why"\}$/,
  ),
  c(
    'replace-missing',
    ['404/object'],
    [{ command: 'kubectl replace -n {ns} -f -', input: configMap('missing') }],
    /\(NotFound\): error when replacing "STDIN": configmaps "missing" not found$/,
  ),
  c(
    'replace-stale',
    ['409/conflict'],
    [{ command: 'kubectl replace -n {ns} -f -', input: configMap('filed', '{x: z}', ", resourceVersion: '1'") }],
    /\(Conflict\): error when replacing "STDIN": Operation cannot be fulfilled on configmaps "filed": the object has been modified; please apply your changes to the latest version and try again$/,
  ),
  c(
    'replace-force',
    ['kubectl/replace'],
    [{ command: 'kubectl replace --force -n {ns} -f -', input: configMap('filed', '{f: f}') }],
    /configmap "filed" deleted[\s\S]*configmap\/filed replaced$/,
  ),
  c(
    'create-configmap',
    ['kubectl/create-generators'],
    ['kubectl create configmap made -n {ns} --from-literal=a=b', get('cm made', '{.data.a}')],
    /created\nb$/,
  ),
  c(
    'create-secret',
    ['kubectl/create-generators'],
    ['kubectl create secret generic made -n {ns} --from-literal=a=b', get('secret made', '{.data.a} {.type}')],
    /created\nYg== Opaque$/,
  ),
  c(
    'create-secret-tls-kind',
    ['kubectl/create-generators'],
    [
      'kubectl create secret docker-registry reg -n {ns} --docker-server=example.com --docker-username=u --docker-password=p',
      get('secret reg', '{.type}'),
    ],
    /created\nkubernetes\.io\/dockerconfigjson$/,
  ),
  c('create-serviceaccount', ['kubectl/create-generators'], ['kubectl create sa robot -n {ns}'], /^serviceaccount\/robot created$/),
  c(
    'create-deployment',
    ['kubectl/create-generators'],
    ['kubectl create deployment made -n {ns} --image=nginx:1.25 --replicas=1 --port=80', 'kubectl rollout status deploy/made -n {ns}'],
    /created\n[\s\S]*deployment "made" successfully rolled out$/,
  ),
  c(
    'create-job',
    ['kubectl/create-generators'],
    ['kubectl create job made -n {ns} --image=busybox -- echo hi', 'kubectl wait job/made -n {ns} --for=condition=complete --timeout=20s'],
    /created\njob\.batch\/made condition met$/,
  ),
  c(
    'create-cronjob',
    ['kubectl/create-generators'],
    ["kubectl create cronjob made -n {ns} --image=busybox --schedule='*/5 * * * *' -- true"],
    /^cronjob\.batch\/made created$/,
  ),
  c(
    'create-job-from-cronjob',
    ['kubectl/create-generators'],
    ['kubectl create job by-hand -n {ns} --from=cronjob/made'],
    /^job\.batch\/by-hand created$/,
  ),
  c(
    'create-ingress',
    ['kubectl/create-generators'],
    ['kubectl create ingress made -n {ns} --rule=a.example.org/=shop:80'],
    /^ingress\.networking\.k8s\.io\/made created$/,
  ),
  c(
    'create-service',
    ['kubectl/create-generators'],
    ['kubectl create service nodeport made -n {ns} --tcp=80', get('svc made', '{.spec.ports[0].nodePort}')],
    /created\n3[0-2]\d{3}$/,
  ),
  c(
    'create-role',
    ['kubectl/create-generators'],
    [
      'kubectl create role made -n {ns} --verb=get --resource=pods',
      'kubectl create rolebinding made -n {ns} --role=made --serviceaccount={ns}:robot',
    ],
    /^role\.rbac\.authorization\.k8s\.io\/made created\nrolebinding\.rbac\.authorization\.k8s\.io\/made created$/,
  ),
  c(
    'create-pdb',
    ['kubectl/create-generators'],
    ['kubectl create pdb made -n {ns} --selector=app=shop --min-available=1'],
    /^poddisruptionbudget\.policy\/made created$/,
  ),
  c(
    'create-priorityclass',
    ['kubectl/create-generators'],
    ['kubectl create priorityclass made-{ns} --value=5'],
    /^priorityclass\.scheduling\.k8s\.io\/made-\w+ created$/,
  ),
  c(
    'create-quota',
    ['kubectl/create-generators'],
    [
      'kubectl create quota made -n {ns}-more --hard=configmaps=2',
      'kubectl create cm one -n {ns}-more',
      'kubectl create cm two -n {ns}-more',
    ],
    /configmap\/one created\nerror: failed to create configmap: configmaps "two" is forbidden: exceeded quota: made, requested: configmaps=1, used: configmaps=2, limited: configmaps=2$/,
  ),
  c(
    'create-dry-run-server',
    ['kubectl/create-generators'],
    ["kubectl create cm dry -n {ns} --dry-run=server -o 'jsonpath={.metadata.uid}|{.metadata.resourceVersion}'"],
    /^[0-9a-f-]{36}\|$/,
  ),
  c('create-in-missing-namespace', ['404/namespace'], ['kubectl create cm x -n nope'], /namespaces "nope" not found$/),
  c('create-token', ['kubectl/create-token'], ['kubectl create token robot -n {ns} --duration=1h'], /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/),
  c(
    'create-token-short',
    ['422/invalid'],
    ['kubectl create token robot -n {ns} --duration=1m'],
    /spec\.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes/,
  ),
  c(
    'expose',
    ['kubectl/expose'],
    ['kubectl expose deploy made -n {ns} --name=exposed --port=80', get('svc exposed', '{.spec.selector}')],
    /exposed\n\{"app":"made"\}$/,
  ),
  c(
    'run',
    ['kubectl/run'],
    ['kubectl run runner -n {ns} --image=nginx', 'kubectl wait pod/runner -n {ns} --for=condition=Ready --timeout=20s'],
    /^pod\/runner created\npod\/runner condition met$/,
  ),
  c(
    'run-rm',
    ['kubectl/run', 'kubectl/attach'],
    [{ command: 'kubectl run gone -n {ns} --image=busybox --restart=Never --rm -i -- echo hello', input: '' }],
    /hello[\s\S]*pod "gone" deleted/,
  ),
  c(
    'autoscale',
    ['kubectl/autoscale'],
    [
      'kubectl autoscale deploy made -n {ns} --min=1 --max=3 --cpu-percent=70',
      get('hpa made', '{.spec.maxReplicas} {.spec.metrics[0].resource.target.averageUtilization}'),
    ],
    /autoscaled\n3 70$/,
  ),
  c(
    'edit',
    ['kubectl/edit'],
    [
      'kubectl create cm edited -n {ns} --from-literal=color=white',
      { command: 'kubectl edit cm edited -n {ns}', env: { EDITOR: '{fixtures}/set-color.sh', KUBE_EDITOR: '' } },
      get('cm edited', '{.data.color}'),
    ],
    /edited\namber$/,
  ),
  c(
    'patch-strategic',
    ['kubectl/patch'],
    [
      `kubectl patch deploy shop -n {ns} -p '{"spec":{"template":{"spec":{"containers":[{"name":"c","env":[{"name":"B","value":"2"}]}]}}}}'`,
      get('deploy shop', '{.spec.template.spec.containers[0].env[*].name}'),
    ],
    /patched\nB A$/,
  ),
  c(
    'patch-strategic-delete',
    ['kubectl/patch'],
    [
      `kubectl patch deploy shop -n {ns} -p '{"spec":{"template":{"spec":{"containers":[{"name":"c","env":[{"name":"B","$patch":"delete"}]}]}}}}'`,
      get('deploy shop', '{.spec.template.spec.containers[0].env[*].name}'),
    ],
    /patched\nA$/,
  ),
  c(
    'patch-strategic-no-key',
    ['500/merge-key'],
    [`kubectl patch deploy shop -n {ns} -p '{"spec":{"template":{"spec":{"containers":[{"image":"x"}]}}}}'`],
    /map: map\[image:x\] does not contain declared merge key: name$/,
  ),
  c(
    'patch-json',
    ['kubectl/patch'],
    [`kubectl patch cm shop -n {ns} --type=json -p '[{"op":"replace","path":"/data/a","value":"z"}]'`, get('cm shop', '{.data.a}')],
    /patched\nz$/,
  ),
  c(
    'patch-json-failing-test',
    ['422/json-patch'],
    [`kubectl patch cm shop -n {ns} --type=json -p '[{"op":"test","path":"/data/a","value":"no"}]'`],
    /^The request is invalid: the server rejected our request due to an error in our request$/,
  ),
  c(
    'patch-merge',
    ['kubectl/patch'],
    [`kubectl patch cm shop -n {ns} --type=merge -p '{"data":{"a":null,"k":"v"}}'`, get('cm shop', '{.data}')],
    /patched\n\{"k":"v"\}$/,
  ),
  c(
    'patch-no-change',
    ['kubectl/patch'],
    [`kubectl patch cm shop -n {ns} --type=merge -p '{"data":{"k":"v"}}'`],
    /^configmap\/shop patched \(no change\)$/,
  ),
  c(
    'patch-status',
    ['kubectl/patch', 'informer/status-patch'],
    [
      `kubectl patch pdb made -n {ns} --subresource=status --type=merge -p '{"status":{"currentHealthy":1},"spec":{"minAvailable":9}}'`,
      get('pdb made', '{.spec.minAvailable}'),
    ],
    /patched( \(no change\))?\n1$/,
  ),
  c(
    'patch-stale',
    ['409/conflict'],
    [`kubectl patch cm shop -n {ns} --type=merge -p '{"metadata":{"resourceVersion":"1"},"data":{"k":"w"}}'`],
    /\(Conflict\): Operation cannot be fulfilled on configmaps "shop"/,
  ),
  c(
    'label',
    ['kubectl/label-annotate'],
    ['kubectl label cm shop -n {ns} x=y', 'kubectl label cm shop -n {ns} x=z'],
    /^configmap\/shop labeled\nerror: 'x' already has a value \(y\), and --overwrite is false$/,
  ),
  c('label-remove', ['kubectl/label-annotate'], ['kubectl label cm shop -n {ns} x-'], /^configmap\/shop unlabeled$/),
  c(
    'label-bad-value',
    ['422/invalid'],
    ["kubectl label cm shop -n {ns} 'x=a b'"],
    /a valid label must be an empty string or consist of alphanumeric characters/,
  ),
  c(
    'annotate',
    ['kubectl/label-annotate'],
    ["kubectl annotate cm shop -n {ns} 'note=a b'", get('cm shop', '{.metadata.annotations.note}')],
    /annotated\na b$/,
  ),
  c(
    'rollout-status',
    ['kubectl/rollout-status'],
    ['kubectl rollout status deploy/shop -n {ns} --timeout=30s'],
    /deployment "shop" successfully rolled out$/,
  ),
  c(
    'scale',
    ['kubectl/scale'],
    [
      'kubectl scale deploy/shop -n {ns} --replicas=3',
      "kubectl wait deploy/shop -n {ns} --for='jsonpath={.status.readyReplicas}=3' --timeout=30s",
    ],
    /^deployment\.apps\/shop scaled\ndeployment\.apps\/shop condition met$/,
  ),
  c(
    'scale-current',
    ['kubectl/scale'],
    ['kubectl scale deploy/shop -n {ns} --current-replicas=3 --replicas=2'],
    /^deployment\.apps\/shop scaled$/,
  ),
  c(
    'scale-wrong-current',
    ['kubectl/scale'],
    ['kubectl scale deploy/shop -n {ns} --current-replicas=9 --replicas=2'],
    /^error: Expected replicas to be 9, was 2$/,
  ),
  c(
    'set-image',
    ['kubectl/set', 'kubectl/rollout-status'],
    ['kubectl set image deploy/shop c=nginx:1.27 -n {ns}', 'kubectl rollout status deploy/shop -n {ns} --timeout=30s'],
    /image updated\n[\s\S]*successfully rolled out$/,
  ),
  c(
    'set-env',
    ['kubectl/set'],
    ['kubectl set env deploy/shop -n {ns} C=3', get('deploy shop', '{.spec.template.spec.containers[0].env[*].name}')],
    /env updated\nA C$/,
  ),
  c(
    'set-env-remove',
    ['kubectl/set'],
    ['kubectl set env deploy/shop -n {ns} C-', get('deploy shop', '{.spec.template.spec.containers[0].env[*].name}')],
    /env updated\nA$/,
  ),
  c(
    'set-resources',
    ['kubectl/set'],
    ['kubectl set resources deploy/shop -n {ns} --requests=cpu=100m', get('deploy shop', '{.spec.template.spec.containers[0].resources}')],
    /resource requirements updated\n\{"requests":\{"cpu":"100m"\}\}$/,
  ),
  c(
    'rollout-history',
    ['kubectl/rollout-history'],
    ['kubectl rollout history deploy/shop -n {ns}'],
    /REVISION\s+CHANGE-CAUSE\n1\s+<none>\n/,
  ),
  c(
    'rollout-history-one',
    ['kubectl/rollout-history'],
    ['kubectl rollout history deploy/shop -n {ns} --revision=1'],
    /with revision #1[\s\S]*Image:\s+nginx:1\.25/,
  ),
  c(
    'rollout-undo',
    ['kubectl/rollout-undo'],
    ['kubectl rollout undo deploy/shop -n {ns} --to-revision=1', get('deploy shop', '{.spec.template.spec.containers[0].image}')],
    /rolled back\nnginx:1\.25$/,
  ),
  c(
    'rollout-undo-unknown',
    ['kubectl/rollout-undo'],
    ['kubectl rollout undo deploy/shop -n {ns} --to-revision=99'],
    /^error: unable to find specified revision 99 in history$/,
  ),
  c(
    'rollout-restart',
    ['kubectl/rollout-restart-pause-resume'],
    ['kubectl rollout restart deploy/shop -n {ns}', 'kubectl rollout status deploy/shop -n {ns} --timeout=30s'],
    /restarted\n[\s\S]*successfully rolled out$/,
  ),
  c(
    'rollout-pause',
    ['kubectl/rollout-restart-pause-resume'],
    [
      'kubectl rollout pause deploy/shop -n {ns}',
      'kubectl rollout pause deploy/shop -n {ns}',
      'kubectl rollout resume deploy/shop -n {ns}',
    ],
    /^deployment\.apps\/shop paused\nerror: deployments\.apps "shop" is already paused\ndeployment\.apps\/shop resumed$/,
  ),
  c(
    'rollout-status-timeout',
    ['kubectl/rollout-status'],
    ['kubectl create deploy stuck -n {ns} --image=bad', 'kubectl rollout status deploy/stuck -n {ns} --timeout=1s'],
    /Waiting for deployment "stuck" rollout to finish: 0 of 1 updated replicas are available\.\.\.\nerror: timed out waiting for the condition$/,
  ),
  c(
    'wait-condition',
    ['kubectl/wait-condition'],
    ['kubectl wait deploy/shop -n {ns} --for=condition=Available --timeout=20s'],
    /^deployment\.apps\/shop condition met$/,
  ),
  c(
    'wait-timeout',
    ['kubectl/wait-condition'],
    ['kubectl wait deploy/stuck -n {ns} --for=condition=Available --timeout=1s'],
    /^error: timed out waiting for the condition on deployments\/stuck$/,
  ),
  c(
    'wait-delete',
    ['kubectl/wait-delete'],
    [
      'kubectl delete deploy stuck -n {ns} --wait=false',
      'kubectl wait --for=delete deploy/stuck -n {ns} --timeout=20s',
      'kubectl get deploy stuck -n {ns}',
    ],
    /deployments\.apps "stuck" not found$/,
  ),
  c(
    'wait-create',
    ['kubectl/wait-create'],
    ['kubectl wait --for=create cm/shop -n {ns} --timeout=5s'],
    /^configmap\/shop condition met$/,
    'newest',
  ),
  c(
    'delete',
    ['kubectl/delete'],
    ['kubectl delete cm made -n {ns}', 'kubectl get cm made -n {ns}'],
    /configmap "made" deleted.*\nError from server \(NotFound\)/,
  ),
  c('delete-missing', ['404/object'], ['kubectl delete cm made -n {ns}'], /^Error from server \(NotFound\): configmaps "made" not found$/),
  c('delete-ignore-not-found', ['kubectl/delete'], ['kubectl delete cm made -n {ns} --ignore-not-found'], /^$/),
  c(
    'delete-foreground',
    ['kubectl/delete'],
    ['kubectl delete deploy made -n {ns} --cascade=foreground', 'kubectl get rs -n {ns} -l app=made'],
    /deleted.*\nNo resources found/,
  ),
  c(
    'delete-orphan',
    ['kubectl/delete'],
    [
      'kubectl create deploy orphan -n {ns} --image=nginx',
      'kubectl rollout status deploy/orphan -n {ns}',
      'kubectl delete deploy orphan -n {ns} --cascade=orphan',
      'kubectl get rs -n {ns} -l app=orphan --no-headers',
    ],
    /deleted.*\norphan-\w+\s+1\s+1\s+1/,
  ),
  c(
    'delete-finalizer',
    ['kubectl/delete'],
    [
      'kubectl create cm fin -n {ns}',
      `kubectl patch cm fin -n {ns} -p '{"metadata":{"finalizers":["example.com/f"]}}'`,
      'kubectl delete cm fin -n {ns} --wait=false',
      get('cm fin', '{.metadata.deletionTimestamp}'),
      `kubectl patch cm fin -n {ns} --type=merge -p '{"metadata":{"finalizers":null}}'`,
      'kubectl get cm fin -n {ns}',
    ],
    /\d{4}-\d\d-\d\dT[\d:]+Z[\s\S]*\(NotFound\)/,
  ),
  c('delete-pod', ['kubectl/delete'], ['kubectl delete pod runner -n {ns}'], /^pod "runner" (force )?deleted/),
  c(
    'delete-force',
    ['kubectl/delete-force'],
    ['kubectl run forced -n {ns} --image=nginx', 'kubectl delete pod forced -n {ns} --force --grace-period=0'],
    /Warning: Immediate deletion does not wait for confirmation[\s\S]*pod "forced" force deleted/,
  ),
  c(
    'delete-selector',
    ['kubectl/delete-many'],
    ['kubectl create cm many-a -n {ns}', 'kubectl label cm many-a -n {ns} many=yes', 'kubectl delete cm -n {ns} -l many=yes'],
    /configmap "many-a" deleted/,
  ),
  c(
    'delete-all',
    ['kubectl/delete-many'],
    ['kubectl delete jobs --all -n {ns}'],
    /job\.batch "by-hand" deleted.*\njob\.batch "made" deleted/,
  ),
  c(
    'delete-protected-namespace',
    ['403/protected-namespace'],
    ['kubectl delete ns default'],
    /^Error from server \(Forbidden\): namespaces "default" is forbidden: this namespace may not be deleted$/,
  ),
  c(
    'delete-namespace',
    ['kubectl/delete'],
    ['kubectl delete ns {ns}-more --timeout=30s', 'kubectl get ns {ns}-more'],
    /^namespace "\w+-more" deleted\nError from server \(NotFound\): namespaces "\w+-more" not found$/,
  ),
  // What is wrong with an object, field by field.
  c(
    'invalid-required',
    ['422/required'],
    [
      {
        command: 'kubectl create --validate=false -n {ns} -f -',
        input:
          'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w}\nspec: {template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}\n',
      },
    ],
    /^The Deployment "w" is invalid:[\s\S]*spec\.selector: Required value/,
  ),
  c(
    'invalid-labels',
    ['422/invalid', '422/several'],
    [
      {
        command: 'kubectl create --validate=false -n {ns} -f -',
        input:
          'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w}\nspec: {selector: {matchLabels: {a: c}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c}]}}}\n',
      },
    ],
    /^The Deployment "w" is invalid: \n\* spec\.template\.metadata\.labels: Invalid value: \{?.*"a":"b"\}: `selector` does not match template `labels`\n\* spec\.template\.spec\.containers\[0\]\.image: Required value$|Required value[\s\S]*does not match template/,
  ),
  c(
    'invalid-enum',
    ['422/not-supported'],
    [
      {
        command: 'kubectl create --validate=false -n {ns} -f -',
        input: 'apiVersion: v1\nkind: Pod\nmetadata: {name: w}\nspec: {restartPolicy: Sometimes, containers: [{name: c, image: i}]}\n',
      },
    ],
    /^The Pod "w" is invalid: spec\.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "Never", "OnFailure"|"Always", "OnFailure", "Never"/,
  ),
  c(
    'invalid-duplicate',
    ['422/duplicate'],
    [
      {
        command: 'kubectl create --validate=false -n {ns} -f -',
        input: 'apiVersion: v1\nkind: Pod\nmetadata: {name: w}\nspec: {containers: [{name: c, image: i}, {name: c, image: i}]}\n',
      },
    ],
    /spec\.containers\[1\]\.name: Duplicate value: "c"/,
  ),
  c(
    'invalid-name',
    ['422/invalid'],
    ['kubectl create cm Bad_Name -n {ns}'],
    /metadata\.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters/,
  ),
  c(
    'invalid-immutable',
    ['422/immutable'],
    [
      `kubectl patch deploy shop -n {ns} --type=merge -p '{"spec":{"selector":{"matchLabels":{"app":"other"}},"template":{"metadata":{"labels":{"app":"other"}}}}}'`,
    ],
    /spec\.selector: Invalid value: [\s\S]*field is immutable$/,
  ),
  c(
    'invalid-forbidden',
    ['422/forbidden'],
    ['kubectl run fixed -n {ns} --image=nginx', `kubectl patch pod fixed -n {ns} -p '{"spec":{"hostNetwork":true}}'`],
    /spec: Forbidden: pod updates may not change fields other than/,
  ),
  c(
    'service-account-missing',
    ['403/service-account'],
    [
      {
        command: 'kubectl create --validate=false -n {ns} -f -',
        input: 'apiVersion: v1\nkind: Pod\nmetadata: {name: w}\nspec: {serviceAccountName: ghost, containers: [{name: c, image: i}]}\n',
      },
    ],
    /pods "w" is forbidden: error looking up service account \w+\/ghost: serviceaccount "ghost" not found$/,
  ),
  c(
    'deprecated-endpoints',
    ['warning/deprecated'],
    ['kubectl get endpoints -n {ns}'],
    /^Warning: v1 Endpoints is deprecated in v1\.33\+; use discovery\.k8s\.io\/v1 EndpointSlice$/m,
  ),
  c(
    'webhook-unreachable',
    ['500/webhook'],
    [
      {
        command: 'kubectl apply -f -',
        input:
          "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {name: closed-{ns}}\nwebhooks: [{name: closed.example.com, admissionReviewVersions: [v1], sideEffects: None, clientConfig: {service: {namespace: {ns}, name: ghost}}, rules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [podtemplates]}], namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: {ns}}}}]\n",
      },
      {
        command: 'kubectl create --validate=false -n {ns} -f -',
        input:
          'apiVersion: v1\nkind: PodTemplate\nmetadata: {name: w}\ntemplate: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}\n',
      },
    ],
    /\(InternalError\): error when creating "STDIN": Internal error occurred: failed calling webhook "closed\.example\.com": failed to call webhook: Post "https:\/\/ghost\.\w+\.svc:443\/?\?timeout=10s": service "ghost" not found$/,
  ),
];
