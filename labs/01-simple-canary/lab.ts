import type { Check } from '../../src/index.ts';
import { checks, cmd, defineLab, deployments, ingresses, request, services, step } from '../../src/index.ts';
import { installSampleApp, rolledOut } from '../shared/commands.ts';
import { app, appRequest, canaryService, nginx, note, ns, withHeader } from '../shared/names.ts';
import { deploymentAvailable, ingressNginxStep, ingressVariables } from '../shared/set-up.ts';
import { answeredBy, headerReaches, noFailure, splitBetween, weightOf, weightsOf } from '../shared/traffic-checks.ts';

const canary = canaryService;
/** The chart of part 1 brings its own canary Ingress. */
const canaryIngress = canaryService;

/** `helm upgrade` of the app with one value changed, then a wait for the Deployment that it changes. */
const upgrade = (...settings: string[]) =>
  cmd('helm', (v) => [
    'upgrade',
    'sample-app',
    v['chart'],
    '-n',
    ns,
    '--reuse-values',
    ...settings.flatMap((setting) => ['--set', setting]),
  ]);

const weight = (at: string, percent: number): Check =>
  weightOf(at, canaryIngress, percent, {
    en: 'The chart writes it from the value canary.weight.',
    ko: '차트가 canary.weight 값으로 이 애너테이션을 씁니다.',
  });
const weightsSeen = (at: string, ...weights: number[]): Check => weightsOf(at, canaryIngress, weights);
const versionOf = (which: typeof app) => ({ deployment: which });
const nameOf = ({ name }: typeof app) => ({ en: name, ko: name });
const all = (at: string, which: typeof app): Check => answeredBy(at, versionOf(which), nameOf(which), which);
const header = (at: string, value: 'always' | 'never', which: typeof app): Check =>
  headerReaches(at, value, versionOf(which), nameOf(which));
const split = (at: string, percent: number): Check => splitBetween(at, percent, { stable: versionOf(app), canary: versionOf(canary) });

const image = (at: string, which: typeof app, tag: string): Check =>
  checks.field(
    {
      id: `${at}-${which.name}-image`,
      title: { en: `Deployment ${which.name} runs version ${tag}`, ko: `Deployment ${which.name}의 버전이 ${tag}입니다` },
    },
    {
      resource: deployments,
      key: which,
      path: ['spec', 'template', 'spec', 'containers', 'name=sample-app', 'image'],
      matches: new RegExp(`:${tag.replaceAll('.', '\\.')}$`),
    },
  );

export default defineLab({
  id: '01-simple-canary',
  title: { en: 'A simple canary with ingress-nginx alone', ko: 'ingress-nginx만으로 하는 단순한 카나리아 배포' },
  summary: {
    en: 'Two of everything, kept alike by hand: a stable and a canary Deployment, Service and Ingress. A header chooses for one request, a weight for all of them, and helm upgrade moves the weight.',
    ko: '안정 버전과 카나리아의 Deployment, Service, Ingress를 하나씩 더 두고 손으로 맞춥니다. 헤더는 요청 하나가 갈 곳을 정하고, 가중치는 전체의 비율을 정하며, 가중치는 helm upgrade로 바꿉니다.',
  },
  needs: ['kubectl', 'helm'],
  variables: (ctx) => ({ ...ingressVariables(ctx), chart: ctx.shipped('charts/sample-app/ingress-nginx') }),
  walk: { from: 'two-of-everything', namespace: ns, canaryIngress: canaryIngress.name, probe: { ...appRequest, ratePerSecond: 50 } },
  steps: [
    ingressNginxStep(),
    step({
      id: 'sample-app',
      minutes: 2,
      title: { en: 'Install the sample app, twice', ko: '샘플 앱을 두 벌로 설치' },
      say: {
        en: 'The chart installs the app two times: sample-app is what everybody uses, sample-app-canary is where a new version will be tried. The canary gets no traffic yet: its weight is 0.',
        ko: '이 차트는 앱을 두 벌 설치합니다. sample-app은 모두가 쓰는 것이고, sample-app-canary는 새 버전을 시험할 곳입니다. 가중치가 0이라서 카나리아에는 아직 트래픽이 가지 않습니다.',
      },
      run: [installSampleApp(), rolledOut('deployment/sample-app'), rolledOut('deployment/sample-app-canary')],
      checks: [
        deploymentAvailable('sample-app-stable-available', ns, app.name),
        deploymentAvailable('sample-app-canary-available', ns, canary.name),
        image('sample-app', app, '1.0.0'),
        image('sample-app', canary, '1.0.0'),
        weight('sample-app', 0),
      ],
      hint: {
        en: 'One helm install of the chart charts/sample-app/ingress-nginx, in a namespace of its own.',
        ko: 'charts/sample-app/ingress-nginx 차트를 별도의 네임스페이스에 한 번 설치하면 됩니다.',
      },
    }),
    step({
      id: 'two-of-everything',
      kind: 'invariant',
      minutes: 2,
      title: { en: 'The price: three objects, twice', ko: '치러야 할 값: 세 가지 객체를 두 벌씩' },
      say: {
        en: 'Count them: two Deployments, two Services, two Ingresses. Nothing keeps the pairs alike but you. Lab 02 comes back to this list. From here on requests run in the background until the end, and none of them may fail.',
        ko: '세어 보세요. Deployment 두 개, Service 두 개, Ingress 두 개입니다. 이 쌍을 똑같이 유지하는 것은 사람의 몫입니다. 2부에서 이 목록을 다시 봅니다. 지금부터 끝까지 백그라운드에서 요청을 계속 보내며, 하나도 실패하면 안 됩니다.',
      },
      run: [cmd('kubectl', ['get', 'deployments,services,ingresses', '-n', ns])],
      checks: [
        checks.count(
          { id: 'two-deployments', title: { en: 'there are two Deployments', ko: 'Deployment가 두 개 있습니다' } },
          { resource: deployments, namespace: ns, equals: 2 },
        ),
        checks.count(
          { id: 'two-services', title: { en: 'there are two Services', ko: 'Service가 두 개 있습니다' } },
          { resource: services, namespace: ns, equals: 2 },
        ),
        checks.count(
          { id: 'two-ingresses', title: { en: 'there are two Ingresses', ko: 'Ingress가 두 개 있습니다' } },
          { resource: ingresses, namespace: ns, equals: 2 },
        ),
        checks.field(
          { id: 'two-canary', title: { en: 'one of the Ingresses is a canary', ko: 'Ingress 하나는 카나리아입니다' } },
          { resource: ingresses, key: canaryIngress, path: ['metadata', 'annotations', nginx('canary')], equals: 'true' },
        ),
        checks.field(
          { id: 'two-host', title: { en: 'both have the same host', ko: '두 Ingress의 호스트가 같습니다' } },
          { resource: ingresses, key: canaryIngress, path: ['spec', 'rules', '0', 'host'], equals: 'sample.app' },
        ),
        all('two', app),
        noFailure('two'),
      ],
      why: {
        en: 'A canary Ingress is no route of its own. The controller finds the main Ingress with the same host and path, and hangs the canary’s Service beside the main one as an alternative.',
        ko: '카나리아 Ingress는 독립된 경로가 아닙니다. 컨트롤러는 호스트와 경로가 같은 본래 Ingress를 찾아, 그 Service 옆에 카나리아 Service를 대안으로 붙입니다.',
      },
    }),
    step({
      id: 'new-version',
      minutes: 2,
      title: { en: 'A new version that nobody sees', ko: '아무에게도 보이지 않는 새 버전' },
      say: {
        en: 'Give the canary version 2.0.0. It runs in production, beside the stable version, and still gets no traffic.',
        ko: '카나리아에 2.0.0 버전을 지정합니다. 프로덕션에서 안정 버전과 나란히 실행되지만 아직 트래픽은 받지 않습니다.',
      },
      run: [upgrade('canary.image.tag=2.0.0'), rolledOut('deployment/sample-app-canary')],
      checks: [
        image('new-version', canary, '2.0.0'),
        image('new-version', app, '1.0.0'),
        deploymentAvailable('new-version-canary-available', ns, canary.name),
        weight('new-version', 0),
        all('new-version', app),
        weightsSeen('new-version', 0),
        noFailure('new-version'),
      ],
      hint: {
        en: 'helm upgrade with --reuse-values changes one value and keeps the rest; the value is canary.image.tag.',
        ko: 'helm upgrade에 --reuse-values를 붙이면 나머지 값은 그대로 두고 하나만 바꿀 수 있습니다. 바꿀 값은 canary.image.tag입니다.',
      },
    }),
    step({
      id: 'header',
      kind: 'invariant',
      minutes: 2,
      title: { en: 'A smoke test in production: the header', ko: '프로덕션에서 하는 스모크 테스트: 헤더' },
      say: {
        en: 'The annotation canary-by-header names a header. With the value always a request goes to the canary, with never it stays away from it, whatever the weight. Any other value leaves the choice to the weight.',
        ko: 'canary-by-header 애너테이션은 헤더 이름을 정합니다. 값이 always이면 가중치와 상관없이 카나리아로, never이면 안정 버전으로 갑니다. 다른 값이면 가중치에 따라 정해집니다.',
      },
      run: [
        cmd('kubectl', ['describe', 'ingress', canaryIngress.name, '-n', ns]),
        request(appRequest),
        request(withHeader('always')),
        request(withHeader('never')),
      ],
      checks: [
        checks.field(
          { id: 'header-name', title: { en: 'the header is X-Canary', ko: '헤더 이름은 X-Canary입니다' } },
          { resource: ingresses, key: canaryIngress, path: ['metadata', 'annotations', nginx('canary-by-header')], equals: 'X-Canary' },
        ),
        header('header', 'always', canary),
        header('header', 'never', app),
        checks.reaches(
          {
            id: 'header-other',
            title: { en: 'X-Canary: maybe leaves it to the weight, which is 0', ko: 'X-Canary: maybe 요청은 가중치(0)를 따릅니다' },
          },
          { request: withHeader('maybe'), service: app, version: versionOf(app), requests: 60 },
        ),
        weight('header', 0),
        noFailure('header'),
      ],
      notes: [
        note(
          'hosts',
          'On a cluster of your own the name sample.app must lead to the ingress: the Host header does that here, a line in /etc/hosts would too.',
          '직접 만든 클러스터에서는 sample.app이라는 이름이 인그레스로 이어져야 합니다. 여기서는 Host 헤더로 지정합니다. /etc/hosts에 한 줄을 추가해도 됩니다.',
        ),
      ],
    }),
    step({
      id: 'half',
      minutes: 2,
      title: { en: 'Half of the traffic: the weight', ko: '트래픽의 절반: 가중치' },
      say: {
        en: 'Raise the weight to 50. About every second request is now answered by the canary, and the header still beats the weight.',
        ko: '가중치를 50으로 올립니다. 이제 두 번에 한 번쯤 카나리아가 응답하며, 헤더는 여전히 가중치보다 우선합니다.',
      },
      run: [upgrade('canary.weight=50'), request(appRequest, { times: 4 })],
      checks: [
        weight('half', 50),
        weightsSeen('half', 0, 50),
        split('half', 50),
        header('half', 'always', canary),
        header('half', 'never', app),
        noFailure('half'),
      ],
      notes: [
        note(
          'chance',
          'Four requests do not show a share: each is a draw of its own, and "two of four" happens in only 38 % of all tries. The lab sends 1000 and uses an exact bound.',
          '요청 네 개로는 비율을 알 수 없습니다. 매번 따로 추첨하므로 "네 번 중 두 번"은 38 %에서만 나옵니다. 그래서 이 실습은 1000개를 보내고 정확한 한계를 씁니다.',
        ),
        note(
          'k6',
          'The tutorial’s series uses k6 for this. If you have it, send GET /success with the Host header sample.app to the ingress; "npm run traffic" does the same without it.',
          '튜토리얼 시리즈에서는 이때 k6를 씁니다. k6가 있다면 Host 헤더를 sample.app으로 하여 인그레스에 GET /success를 보내 보세요. 없어도 "npm run traffic"으로 같은 일을 할 수 있습니다.',
        ),
        note(
          'nginx-lag',
          'nginx may follow the annotation about four seconds later. The lab checks both.',
          'nginx는 애너테이션보다 4초쯤 늦게 반영될 수 있습니다. 이 실습은 둘 다 확인합니다.',
        ),
      ],
      hint: { en: 'The value is canary.weight.', ko: '바꿀 값은 canary.weight입니다.' },
    }),
    step({
      id: 'all',
      title: { en: 'All of it', ko: '전부' },
      say: { en: 'Nobody complains, so send everything to the canary.', ko: '문제가 없으니 모든 트래픽을 카나리아로 보냅니다.' },
      run: [upgrade('canary.weight=100')],
      checks: [weight('all', 100), weightsSeen('all', 50, 100), all('all', canary), noFailure('all')],
    }),
    step({
      id: 'promote',
      minutes: 2,
      title: {
        en: 'Promote by hand: stable gets the version, the canary rests',
        ko: '손으로 승격: 안정 버전을 올리고 카나리아는 쉬게 하기',
      },
      say: {
        en: 'The canary was only a guest. Give the stable Deployment version 2.0.0 while the canary carries the traffic, wait until it is ready, and take the weight back to 0. Two commands in the right order, every time, by a person: this is what lab 02 automates.',
        ko: '카나리아는 잠시 머무는 손님입니다. 카나리아가 트래픽을 받는 동안 안정 버전 Deployment를 2.0.0으로 올리고, 준비가 끝나면 가중치를 0으로 되돌립니다. 매번 사람이 두 명령을 올바른 순서로 실행해야 합니다. 2부에서 이 일을 자동화합니다.',
      },
      run: [upgrade('image.tag=2.0.0'), rolledOut('deployment/sample-app'), upgrade('canary.weight=0')],
      checks: [
        image('promote', app, '2.0.0'),
        deploymentAvailable('promote-stable-available', ns, app.name),
        weight('promote', 0),
        weightsSeen('promote', 100, 0),
        all('promote', app),
        noFailure('promote'),
      ],
      why: {
        en: 'Had the weight gone to 0 first, everybody would have fallen back to version 1.0.0 in between.',
        ko: '가중치를 먼저 0으로 내렸다면 그사이 모두가 1.0.0 버전으로 돌아갔을 것입니다.',
      },
      hint: { en: 'First image.tag, then wait, then canary.weight.', ko: '먼저 image.tag, 기다린 다음 canary.weight입니다.' },
    }),
    step({
      id: 'bad-version',
      minutes: 2,
      title: { en: 'A bad version, found before anybody felt it', ko: '누구도 겪기 전에 찾아낸 나쁜 버전' },
      say: {
        en: 'Version 3.0.0-bad answers half of its requests with an error. It is the canary now, at weight 0. Only the tester’s header reaches it, so only the tester sees the errors.',
        ko: '3.0.0-bad 버전은 요청의 절반에 오류로 응답합니다. 지금은 가중치 0인 카나리아입니다. 시험하는 사람의 헤더만 이 버전에 도달하므로 오류도 그 사람만 봅니다.',
      },
      run: [upgrade('canary.image.tag=3.0.0-bad'), rolledOut('deployment/sample-app-canary'), request(withHeader('always'), { times: 6 })],
      checks: [
        image('bad-version', canary, '3.0.0-bad'),
        checks.status(
          {
            id: 'bad-version-errors',
            title: { en: 'with X-Canary: always some requests fail', ko: 'X-Canary: always 요청 가운데 일부가 실패합니다' },
          },
          { request: withHeader('always'), status: 500, requests: 60, atLeast: 1, observes: { service: canary } },
        ),
        weight('bad-version', 0),
        all('bad-version', app),
        noFailure('bad-version'),
      ],
    }),
    step({
      id: 'roll-back',
      title: { en: 'Roll back: the canary returns to what works', ko: '롤백: 카나리아를 잘 되는 버전으로' },
      say: {
        en: 'Nothing has to be saved: the stable version never changed. Put the canary back to 2.0.0.',
        ko: '안정 버전은 바뀐 적이 없으므로 구할 것도 없습니다. 카나리아를 2.0.0으로 되돌립니다.',
      },
      run: [upgrade('canary.image.tag=2.0.0'), rolledOut('deployment/sample-app-canary'), cmd('helm', ['history', 'sample-app', '-n', ns])],
      checks: [image('roll-back', canary, '2.0.0'), header('roll-back', 'always', canary), noFailure('roll-back')],
    }),
  ],
});
