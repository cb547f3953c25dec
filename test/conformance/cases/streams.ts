import { type ConformanceCase, commandCase as c } from '../conformance-case.ts';

const rbac = `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader}
rules: [{apiGroups: [''], resources: [pods], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: User, name: viewer, apiGroup: rbac.authorization.k8s.io}]
`;
const guard =
  'apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: guard}\nspec: {minAvailable: 9, selector: {matchLabels: {app: shop}}}\n';

/** Logs, sessions, forwarded ports; who may do what; nodes; what is refused by name. */
export const streamCases: readonly ConformanceCase[] = [
  c('logs', ['kubectl/logs'], [{ command: 'kubectl logs -n {ns} deploy/shop', retry: /\S/ }], /\S/),
  c('logs-tail', ['kubectl/logs'], ['kubectl logs -n {ns} deploy/shop --tail=1'], /^(Found \d+ pods.*\n)?[^\n]+$/),
  c('logs-tail-none', ['kubectl/logs'], ['kubectl logs -n {ns} -l app=shop --tail=0'], /^$/),
  c('logs-timestamps', ['kubectl/logs'], ['kubectl logs -n {ns} -l app=shop --tail=1 --timestamps'], /^\d{4}-\d\d-\d\dT[\d:.]+Z /),
  c(
    'logs-limit',
    ['kubectl/logs'],
    ['kubectl logs -n {ns} -l app=shop --limit-bytes=3 --prefix=false --max-log-requests=9'],
    /^[\s\S]{1,8}$/,
  ),
  c('logs-missing', ['404/object'], ['kubectl logs -n {ns} nope'], /^(error: )?.*pods "nope" not found/),
  c('logs-container', ['400/container'], ['kubectl logs -n {ns} deploy/shop -c nope'], /container nope is not valid for pod shop-/),
  c(
    'logs-previous',
    ['kubectl/logs'],
    ['kubectl logs -n {ns} deploy/shop --previous'],
    /previous terminated container "c" in pod "shop-\S+" not found/,
  ),
  c('exec', ['kubectl/exec'], ['kubectl exec -n {ns} deploy/shop -- echo hi'], /^hi$/),
  c('exec-stdin', ['kubectl/exec'], [{ command: 'kubectl exec -i -n {ns} deploy/shop -- cat', input: 'abc\n' }], /^abc$/),
  c('exec-terminal', ['kubectl/exec'], ['kubectl exec -it -n {ns} deploy/shop -- echo hi'], /hi/),
  c('exec-exit-code', ['kubectl/exec'], ["kubectl exec -n {ns} deploy/shop -- sh -c 'exit 3'"], /^command terminated with exit code 3$/),
  c('exec-unknown-program', ['kubectl/exec'], ['kubectl exec -n {ns} deploy/shop -- frobnicate'], /executable file not found in \$PATH/),
  c(
    'exec-container',
    ['400/container'],
    ['kubectl exec -n {ns} deploy/shop -c nope -- true'],
    /container (nope is not valid for pod|not found)/,
  ),
  c(
    'attach',
    ['kubectl/attach'],
    [
      "kubectl run talker -n {ns} --image=busybox --restart=Never -- sh -c 'sleep 3; echo spoken'",
      'kubectl wait pod/talker -n {ns} --for=condition=Ready --timeout=10s',
      'kubectl attach talker -n {ns}',
    ],
    /spoken/,
  ),
  c(
    'attach-stdin',
    ['kubectl/attach'],
    [{ command: 'kubectl attach -i -n {ns} deploy/shop', input: 'x' }],
    /"stdin" of "pods\/attach" is not modelled/,
  ),
  c('cp', ['kubectl/cp'], ['kubectl cp {fixtures}/set-color.sh {ns}/talker:/tmp/x'], /tar|cannot exec|not found|completed/),
  c(
    'debug',
    ['kubectl/debug'],
    [
      'kubectl get pods -n {ns} -l app=shop -o name',
      { command: 'kubectl debug -n {ns} talker --image=busybox --profile=general', env: {} },
    ],
    /"pods\/ephemeralcontainers" is not modelled/,
    'newest',
  ),
  c('can-i', ['kubectl/can-i'], ['kubectl auth can-i create pods -n {ns}'], /^yes$/),
  c('can-i-as', ['kubectl/can-i'], ['kubectl auth can-i delete pods -n {ns} --as=viewer'], /^no$/),
  c(
    'can-i-list',
    ['kubectl/can-i-list'],
    [{ command: 'kubectl apply -n {ns} -f -', input: rbac }, 'kubectl auth can-i --list -n {ns} --as=viewer'],
    /pods\s+\[\]\s+\[\]\s+\[get list\]/,
  ),
  c('whoami', ['kubectl/can-i-list'], ['kubectl auth whoami'], /Username\s+\S+[\s\S]*system:masters/, 'newest'),
  c(
    'as-user',
    ['kubectl/can-i', '403/namespaced'],
    ['kubectl get pods -n {ns} -l app=nope --as=viewer', 'kubectl get secrets -n {ns} --as=viewer'],
    /^No resources found in \w+ namespace\.\nError from server \(Forbidden\): secrets is forbidden: User "viewer" cannot list resource "secrets" in API group "" in the namespace "\w+"$/,
  ),
  c(
    'as-user-cluster',
    ['403/cluster'],
    ['kubectl get nodes --as=viewer'],
    /^Error from server \(Forbidden\): nodes is forbidden: User "viewer" cannot list resource "nodes" in API group "" at the cluster scope$/,
  ),
  c('as-group', ['kubectl/can-i'], ['kubectl auth can-i get nodes --as=root --as-group=system:masters'], /yes$/),
  c('bad-token', ['401'], ['kubectl get pods --kubeconfig={dir}/bad-token'], /You must be logged in to the server/),
  c(
    'cordon',
    ['kubectl/drain-cordon'],
    ['kubectl cordon canary-lab-control-plane', 'kubectl get node --no-headers', 'kubectl uncordon canary-lab-control-plane'],
    /cordoned\n.*Ready,SchedulingDisabled[\s\S]*uncordoned$/,
  ),
  c(
    'drain-dry-run',
    ['kubectl/drain-cordon'],
    ['kubectl drain canary-lab-control-plane --ignore-daemonsets --force --dry-run=server'],
    /node\/canary-lab-control-plane drained \(server dry run\)$/,
  ),
  c(
    'evict-blocked',
    ['429/eviction', 'kubectl/drain-cordon'],
    [
      { command: 'kubectl apply -n {ns} -f -', input: guard },
      { command: 'kubectl get pdb guard -n {ns} --no-headers', retry: /\s0\s+\w+$/ },
      'kubectl drain canary-lab-control-plane --ignore-daemonsets --force --pod-selector=app=shop --timeout=1s',
      'kubectl uncordon canary-lab-control-plane',
      'kubectl delete pdb guard -n {ns}',
    ],
    /Cannot evict pod as it would violate the pod's disruption budget\./,
  ),
  c(
    'port-forward',
    ['kubectl/port-forward'],
    [{ command: 'forward-and-get.mjs {ns} svc/shop 80' }],
    /^Forwarding from 127\.0\.0\.1:\d+ -> 80\n[\s\S]*200 \S+/,
  ),
  c(
    'port-forward-pod',
    ['kubectl/port-forward'],
    [{ command: 'forward-and-get.mjs {ns} deploy/shop 80' }],
    /^Forwarding from 127\.0\.0\.1:\d+ -> 80\n[\s\S]*200 \S+/,
  ),
  c(
    'port-forward-refused',
    ['kubectl/port-forward'],
    [{ command: 'forward-and-get.mjs {ns} deploy/shop 81' }],
    /an error occurred forwarding \d+ -> 81: error forwarding port 81 to pod [\s\S]*connection refused/,
  ),
  c('proxy', ['kubectl/proxy'], [{ command: 'proxy-and-get.mjs /api/v1/namespaces/{ns}/services/shop' }], /^200 [\s\S]*"kind": ?"Service"/),
];
