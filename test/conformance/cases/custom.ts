import { customResourceDefinitions } from '../../../src/rollouts/crd/custom-resource-definitions.ts';
import { type ConformanceCase, commandCase as c } from '../conformance-case.ts';
import { lamps } from '../fixtures/one-of-each.ts';

const lamp = (name: string, spec: string): { command: string; input: string } => ({
  command: 'kubectl apply -n {ns} -f -',
  input: `apiVersion: {ns}.example.org/v1\nkind: Lamp\nmetadata: {name: ${name}}\nspec: ${spec}\n`,
});
const get = (path: string): string => `kubectl get lamps.{ns}.example.org desk -n {ns} -o 'jsonpath=${path}'`;

const rollouts = JSON.stringify(customResourceDefinitions().find(({ spec }) => spec.names.plural === 'rollouts'));

/** A custom resource from its definition to its end. */
export const customCases: readonly ConformanceCase[] = [
  c(
    'definition',
    ['kubectl/apply-create'],
    [{ command: 'kubectl apply -f -', input: lamps }, 'kubectl wait crd/lamps.{ns}.example.org --for=condition=Established --timeout=20s'],
    /created\ncustomresourcedefinition\.apiextensions\.k8s\.io\/lamps\.\w+\.example\.org condition met$/,
  ),
  c(
    'definition-served',
    ['kubectl/first-call'],
    ['kubectl api-resources --api-group={ns}.example.org --no-headers'],
    /^lamps\s+lm\s+\w+\.example\.org\/v1\s+true\s+Lamp$/,
  ),
  c(
    'custom-create',
    ['kubectl/apply-create'],
    [lamp('desk', '{watts: 40}'), get('{.spec.color} {.metadata.generation}')],
    /created\nwhite 1$/,
  ),
  c(
    'custom-columns',
    ['kubectl/get-list'],
    ['kubectl get lamps.{ns}.example.org -n {ns}'],
    /^NAME\s+WATTS\s+STATE\s+AGE\ndesk\s+40\s+\w+$/,
  ),
  c(
    'custom-columns-wide',
    ['kubectl/get-wide'],
    ['kubectl get lamps.{ns}.example.org -n {ns} -o wide --no-headers'],
    /^desk\s+40\s+white\s+\w+$|^desk\s+40\s+\w+\s+white$/,
  ),
  c('custom-in-all', ['kubectl/get-all'], ['kubectl get all -n {ns}'], /lamp\.\w+\.example\.org\/desk/),
  c(
    'custom-change',
    ['kubectl/apply-change'],
    [lamp('desk', '{watts: 50}'), get('{.spec.watts} {.metadata.generation}')],
    /configured\n50 2$/,
  ),
  c(
    'custom-too-bright',
    ['422/invalid'],
    [lamp('sun', '{watts: 1000}')],
    /^The Lamp "sun" is invalid: spec\.watts: Invalid value: 1000: spec\.watts in body should be less than or equal to 100$/,
  ),
  c(
    'custom-wrong-type',
    ['422/type'],
    [lamp('odd', '{watts: many}')],
    /spec\.watts: Invalid value: "string": spec\.watts in body must be of type integer: "string"/,
  ),
  c(
    'custom-enum',
    ['422/not-supported'],
    [lamp('odd', '{watts: 1, color: blue}')],
    /spec\.color: Unsupported value: "blue": supported values: "white", "amber"/,
  ),
  c('custom-required', ['422/required'], [lamp('odd', '{color: white}')], /spec\.watts: Required value/),
  c(
    'custom-date',
    ['422/type'],
    [lamp('odd', '{watts: 1, when: soon}')],
    /spec\.when: Invalid value: "soon": spec\.when in body must be of type date-time: "soon"/,
  ),
  c(
    'custom-rule',
    ['422/invalid'],
    [lamp('odd', '{watts: 9, max: 8}')],
    /^The Lamp "odd" is invalid: spec: Invalid value: "object": watts must not exceed max$/,
  ),
  c('custom-unknown-field', ['400/unknown-field'], [lamp('odd', '{watts: 1, nope: 1}')], /unknown field "spec\.nope"/, 'newest'),
  c(
    'custom-strategic-patch',
    ['415/patch'],
    [`kubectl patch lamps.{ns}.example.org desk -n {ns} --type=strategic -p '{"spec":{"watts":60}}'`],
    /strategic merge patch is not supported for \w+\.example\.org\/v1, Kind=Lamp|the body of the request was in an unknown format - accepted media types include/,
  ),
  c(
    'custom-merge-patch',
    ['kubectl/patch'],
    [`kubectl patch lamps.{ns}.example.org desk -n {ns} --type=merge -p '{"spec":{"watts":60}}'`, get('{.spec.watts}')],
    /patched\n60$/,
  ),
  c(
    'custom-status',
    ['kubectl/patch', 'informer/status-patch'],
    [
      `kubectl patch lamps.{ns}.example.org desk -n {ns} --type=merge --subresource=status -p '{"status":{"state":"on"},"spec":{"watts":1}}'`,
      get('{.status.state} {.spec.watts}'),
    ],
    /patched\non 60$/,
  ),
  c(
    'custom-scale',
    ['kubectl/scale'],
    [
      `kubectl patch lamps.{ns}.example.org desk -n {ns} --type=merge -p '{"spec":{"replicas":1}}'`,
      'kubectl scale lamps.{ns}.example.org desk -n {ns} --replicas=4',
      get('{.spec.replicas}'),
    ],
    /scaled\n4$/,
  ),
  c(
    'custom-other-version',
    ['kubectl/get-formats'],
    ["kubectl get lamps.v1beta1.{ns}.example.org desk -n {ns} -o 'jsonpath={.apiVersion} {.spec.watts}'"],
    /^\w+\.example\.org\/v1beta1 60$/,
  ),
  c(
    'custom-explain',
    ['kubectl/explain'],
    ['kubectl explain lamps.{ns}.example.org.spec.watts'],
    /^$|FIELD: watts <integer>|error: field/,
    'oldest',
  ),
  c(
    'custom-explain-short',
    ['kubectl/explain'],
    ['kubectl explain lm.spec.watts --api-version={ns}.example.org/v1'],
    /FIELD: watts <integer>[\s\S]*How bright\./,
  ),
  c(
    'custom-server-side-apply',
    ['kubectl/apply-server-side'],
    [
      {
        command: 'kubectl apply --server-side --field-manager=one -n {ns} -f -',
        input: 'apiVersion: {ns}.example.org/v1\nkind: Lamp\nmetadata: {name: floor}\nspec: {watts: 7}\n',
      },
      {
        command: 'kubectl apply --server-side --field-manager=two -n {ns} -f -',
        input: 'apiVersion: {ns}.example.org/v1\nkind: Lamp\nmetadata: {name: floor}\nspec: {watts: 8}\n',
      },
    ],
    /serverside-applied\n[\s\S]*conflict with "one": \.spec\.watts/,
  ),
  c(
    'custom-describe',
    ['kubectl/describe-pod'],
    ['kubectl describe lamps.{ns}.example.org desk -n {ns}'],
    /Kind:\s+Lamp[\s\S]*Spec:[\s\S]*Watts:\s+60/,
  ),
  c(
    'custom-wait',
    ['kubectl/wait-condition'],
    ["kubectl wait lamps.{ns}.example.org desk -n {ns} --for='jsonpath={.status.state}=on' --timeout=5s"],
    /condition met$/,
  ),
  c('custom-delete', ['kubectl/delete'], ['kubectl delete lamps.{ns}.example.org desk -n {ns}'], /^lamp\.\w+\.example\.org "desk" deleted/),
  c(
    'explain-rollout',
    ['kubectl/explain'],
    [
      { command: 'kubectl create -f -', input: rollouts },
      { command: 'kubectl explain rollout.spec.strategy.canary --api-version=argoproj.io/v1alpha1', retry: /FIELD/ },
    ],
    /GROUP:\s+argoproj\.io\nKIND:\s+Rollout\nVERSION:\s+v1alpha1[\s\S]*FIELD: canary <Object>[\s\S]*canaryService\s+<string>/,
  ),
  c(
    'rollout-columns',
    ['kubectl/get-list'],
    [
      {
        command: 'kubectl apply -n {ns} -f -',
        input:
          'apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: shown}\nspec: {replicas: 0, selector: {matchLabels: {app: shown}}, template: {metadata: {labels: {app: shown}}, spec: {containers: [{name: c, image: i}]}}, strategy: {canary: {}}}\n',
      },
      'kubectl get rollouts -n {ns}',
    ],
    /NAME\s+DESIRED\s+CURRENT\s+UP-TO-DATE\s+AVAILABLE\s+AGE\nshown\s+0\s/,
  ),
  c(
    'definition-bad-name',
    ['422/invalid'],
    [
      {
        command: 'kubectl create --validate=false -f -',
        input:
          'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: wrong}\nspec: {group: a.example.org, scope: Namespaced, names: {plural: things, kind: Thing}, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]}\n',
      },
    ],
    /metadata\.name: Invalid value: "wrong": must be spec\.names\.plural\+"\."\+spec\.group/,
  ),
  c(
    'definition-delete',
    ['kubectl/delete', 'kubectl/get-unknown-resource'],
    ['kubectl delete crd lamps.{ns}.example.org', 'kubectl get lamps.{ns}.example.org -n {ns}'],
    /deleted\n.*(the server doesn't have a resource type|could not find the requested resource)/,
  ),
];
