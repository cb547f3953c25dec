import type { Check } from '../../src/index.ts';
import { checks, cmd, defineLab, ingresses, pods, request, rollouts, step, timePasses } from '../../src/index.ts';
import {
  abort,
  installSampleApp,
  patchRollout,
  promote,
  promoteFully,
  rolloutCommand,
  setImage,
  showTree,
  undo,
  untilHealthy,
} from '../shared/commands.ts';
import { installPrometheus, startUsers } from '../shared/installs.ts';
import { app, appRequest, canaryIngress, nginx, note, ns } from '../shared/names.ts';
import {
  allTraffic,
  analysis,
  happened,
  labelled,
  message,
  phase,
  revision,
  split,
  stable,
  stepIndex,
  walkFrom,
  weight,
  weightsSeen,
} from '../shared/rollout-checks.ts';
import { controllersStep, deploymentAvailable, prometheusReady, rolloutVariables } from '../shared/set-up.ts';
import { failedShare, noFailure } from '../shared/traffic-checks.ts';

const typo = { namespace: ns, name: 'class-typo' };
const second = { namespace: ns, name: 'second-canary' };
const toTypo = { ...appRequest, host: 'typo.app' };

const applied = (manifest: string) => cmd('kubectl', (v) => ['apply', '-f', v[manifest]]);

const canaryPodsReady = (at: string, count: number): Check =>
  checks.count(
    {
      id: `${at}-ready-canaries`,
      title: { en: `canary Pods that are ready: ${count}`, ko: `준비된 카나리아 Pod: ${count}개` },
    },
    { resource: pods, namespace: ns, labelSelector: 'deployment=canary', ready: true, equals: count },
  );

const restarted = checks.state(
  { id: 'crash-restarts', title: { en: 'the canary’s container has been started again', ko: '카나리아의 컨테이너가 다시 시작되었습니다' } },
  [{ resource: pods, namespace: ns, labelSelector: 'deployment=canary' }],
  ([found]) => {
    const restarts = (found ?? []).map(
      (pod) => (pod as { status?: { containerStatuses?: { restartCount: number }[] } }).status?.containerStatuses?.[0]?.restartCount ?? 0,
    );
    return {
      holds: restarts.some((count) => count >= 1),
      expected: '>= 1 restart',
      observed: restarts.length === 0 ? 'no canary Pod' : `${restarts.join(', ')} restarts`,
    };
  },
  {
    observes: [{ kind: 'count', resource: pods, namespace: ns, labelSelector: 'deployment=canary' }],
    look: ['kubectl', 'get', 'pods', '-n', ns, '-l', 'deployment=canary'],
  },
);

export default defineLab({
  id: '04-when-it-goes-wrong',
  title: { en: 'When it goes wrong', ko: '일이 잘못될 때' },
  summary: {
    en: 'Everything that spoils a rollout, one after the other: an image that never gets ready, one that crashes, a typing error, a canary too many, a hand in the annotations, an undo that waits for you, an analysis that sees nothing. Each time: what you see, who notices, and the way out.',
    ko: '롤아웃을 망치는 일들을 하나씩 겪어 봅니다. 준비되지 않는 이미지, 죽는 이미지, 오타, 하나 더 있는 카나리아, 손으로 고친 애너테이션, 멈춰 서는 되돌리기, 아무것도 보지 못하는 분석입니다. 매번 무엇이 보이는지, 누가 알아차리는지, 어떻게 빠져나오는지 확인합니다.',
  },
  needs: ['kubectl', 'helm'],
  variables: (ctx) => ({
    ...rolloutVariables(ctx),
    chart: ctx.shipped('charts/sample-app/argo-rollouts'),
    typo: ctx.shipped('labs/04-when-it-goes-wrong/manifests/class-typo.yaml'),
    second: ctx.shipped('labs/04-when-it-goes-wrong/manifests/second-canary.yaml'),
    monitor: ctx.shipped('labs/04-when-it-goes-wrong/manifests/monitor.yaml'),
    blind: ctx.shipped('labs/04-when-it-goes-wrong/manifests/analysis-blind.yaml'),
    asks: ctx.shipped('labs/04-when-it-goes-wrong/manifests/analysis-asks.yaml'),
    sees: ctx.shipped('labs/04-when-it-goes-wrong/manifests/analysis-sees.yaml'),
  }),
  walk: walkFrom('never-ready'),
  steps: [
    controllersStep(),
    step({
      id: 'sample-app',
      title: { en: 'A version that works', ko: '잘 되는 버전' },
      say: {
        en: 'Version 1.0.0, healthy, with all the traffic. It must stay that way through everything that follows.',
        ko: '1.0.0 버전이 정상이고 모든 트래픽을 받습니다. 앞으로 무슨 일이 있어도 이 상태가 지켜져야 합니다.',
      },
      run: [installSampleApp(), untilHealthy()],
      checks: [phase('sample-app', 'Healthy'), weight('sample-app', 0), stable('sample-app', 1), allTraffic('sample-app', 1)],
    }),
    step({
      id: 'never-ready',
      minutes: 2,
      title: { en: 'An image that never gets ready', ko: '끝내 준비되지 않는 이미지' },
      say: {
        en: 'Version 2.0.0-never-ready starts, and says "not ready" for ever. Watch the weight: it stays at 0. A step is taken only when the canary’s Pods are available, so nobody is sent to a Pod that cannot answer.',
        ko: '2.0.0-never-ready 버전은 시작은 하지만 계속 "준비되지 않음"이라고 답합니다. 가중치를 보세요. 0 그대로입니다. 카나리아 Pod를 쓸 수 있어야 단계가 진행되므로, 응답할 수 없는 Pod로는 아무도 보내지 않습니다.',
      },
      run: [setImage('2.0.0-never-ready'), cmd('kubectl', ['get', 'pods', '-n', ns, '-L', 'deployment'])],
      checks: [
        revision('never-ready', 2),
        phase('never-ready', 'Progressing'),
        stepIndex('never-ready', 0),
        weight('never-ready', 0),
        ...labelled('never-ready', { stable: 1, canary: 1 }),
        canaryPodsReady('never-ready', 0),
        weightsSeen('never-ready', 0),
        allTraffic('never-ready', 1),
        noFailure('never-ready'),
      ],
      hint: {
        en: 'Set the image to the tag 2.0.0-never-ready, as in lab 02.',
        ko: '2부에서처럼 이미지 태그를 2.0.0-never-ready로 지정하세요.',
      },
    }),
    step({
      id: 'deadline',
      minutes: 2,
      title: { en: 'Ten minutes later: the deadline', ko: '10분 뒤: 진행 기한' },
      say: {
        en: 'A Rollout that makes no progress for progressDeadlineSeconds (600 unless you say otherwise) is called Degraded. That is a word, not an action: nothing is rolled back. A job that waits for the rollout sees it and fails.',
        ko: 'progressDeadlineSeconds(따로 정하지 않으면 600초) 동안 진행이 없으면 Rollout은 Degraded가 됩니다. 상태를 알릴 뿐 아무것도 되돌리지 않습니다. 롤아웃을 기다리던 작업은 이것을 보고 실패합니다.',
      },
      run: [
        timePasses('11m', { until: phase('until-degraded', 'Degraded') }),
        cmd('kubectl', ['argo', 'rollouts', 'status', 'sample-app', '-n', ns, '--timeout', '5s'], { exitCode: 1 }),
      ],
      checks: [
        phase('deadline', 'Degraded'),
        message(
          'deadline',
          { en: 'it says which ReplicaSet made no progress', ko: '어느 ReplicaSet이 진행되지 않았는지 알려 줍니다' },
          /^ProgressDeadlineExceeded: ReplicaSet "sample-app-[a-z0-9]+" has timed out progressing\.$/,
        ),
        weight('deadline', 0),
        canaryPodsReady('deadline', 0),
        stable('deadline', 1),
        allTraffic('deadline', 1),
        noFailure('deadline'),
      ],
      why: {
        en: 'With progressDeadlineAbort: true the Rollout aborts itself at this moment. Without it the canary stays, in case it gets ready after all.',
        ko: 'progressDeadlineAbort: true를 지정하면 이때 Rollout이 스스로 중단합니다. 지정하지 않으면 혹시 준비될 경우를 대비해 카나리아가 남아 있습니다.',
      },
    }),
    step({
      id: 'deadline-recover',
      title: { en: 'The way out: ask for what runs', ko: '빠져나오기: 실행 중인 것을 다시 지정' },
      say: {
        en: 'Set the image back to 1.0.0. The stable Pods have that template, so there is nothing to roll out.',
        ko: '이미지를 1.0.0으로 되돌려 지정합니다. 안정 버전 Pod가 그 템플릿이므로 배포할 것이 없습니다.',
      },
      run: [setImage('1.0.0'), untilHealthy()],
      checks: [
        revision('deadline-recover', 3),
        phase('deadline-recover', 'Healthy'),
        stable('deadline-recover', 3),
        weight('deadline-recover', 0),
        allTraffic('deadline-recover', 3),
        noFailure('deadline-recover'),
      ],
    }),
    step({
      id: 'crash',
      minutes: 2,
      title: { en: 'An image that crashes', ko: '죽는 이미지' },
      say: {
        en: 'Version 2.0.0-crash is worse: it gets ready, receives its 25 %, and dies a second later, again and again. While it is down the ingress has no canary to send to and gives everything to the stable version; what fails is what was sent to it just then.',
        ko: '2.0.0-crash 버전은 더 나쁩니다. 준비가 되어 25 %를 받은 뒤 1초 만에 죽고, 이것을 되풀이합니다. 죽어 있는 동안 인그레스는 보낼 카나리아가 없으므로 모두 안정 버전으로 보냅니다. 실패하는 것은 바로 그 순간에 보낸 요청뿐입니다.',
      },
      run: [
        setImage('2.0.0-crash'),
        timePasses('30s', { until: restarted }),
        cmd('kubectl', ['get', 'pods', '-n', ns, '-L', 'deployment']),
      ],
      checks: [
        revision('crash', 4),
        restarted,
        stable('crash', 3),
        ...labelled('crash', { stable: 1, canary: 1 }),
        failedShare('crash', 25),
      ],
    }),
    step({
      id: 'crash-abort',
      title: { en: 'The way out: abort, then ask for what runs', ko: '빠져나오기: 중단한 다음 실행 중인 것을 다시 지정' },
      say: {
        en: 'Abort first: that takes the traffic away at once. Then correct the image.',
        ko: '먼저 중단하면 트래픽이 곧바로 돌아옵니다. 그런 다음 이미지를 바로잡습니다.',
      },
      run: [abort(), setImage('1.0.0'), untilHealthy()],
      checks: [
        revision('crash-abort', 5),
        phase('crash-abort', 'Healthy'),
        stable('crash-abort', 5),
        weight('crash-abort', 0),
        allTraffic('crash-abort', 5),
      ],
    }),
    step({
      id: 'class-typo',
      minutes: 2,
      title: { en: 'A typing error: ingressClassName ngnix', ko: '오타: ingressClassName ngnix' },
      say: {
        en: 'The API accepts any class name, and an Ingress of a class that nobody serves is simply read by nobody. There is no error anywhere: only an empty ADDRESS, and 404 for every request.',
        ko: 'API는 어떤 클래스 이름이든 받아들이며, 아무도 담당하지 않는 클래스의 Ingress는 아무도 읽지 않습니다. 오류는 어디에도 없습니다. ADDRESS가 비어 있고 모든 요청이 404를 받을 뿐입니다.',
      },
      run: [applied('typo'), cmd('kubectl', ['get', 'ingress', 'class-typo', '-n', ns]), request(toTypo)],
      checks: [
        checks.field(
          { id: 'class-typo-class', title: { en: 'the Ingress has the class ngnix', ko: 'Ingress의 클래스가 ngnix입니다' } },
          { resource: ingresses, key: typo, path: ['spec', 'ingressClassName'], equals: 'ngnix' },
        ),
        checks.status(
          { id: 'class-typo-404', title: { en: 'every request gets 404', ko: '모든 요청이 404를 받습니다' } },
          {
            request: toTypo,
            status: 404,
            requests: 20,
            observes: { field: { kind: 'field', resource: ingresses, key: typo, path: ['spec', 'ingressClassName'], to: 'nginx' } },
          },
        ),
        noFailure('class-typo'),
      ],
    }),
    step({
      id: 'class-corrected',
      title: { en: 'The way out: the right class', ko: '빠져나오기: 올바른 클래스' },
      say: { en: 'Correct the name. The controller notices at once.', ko: '이름을 바로잡습니다. 컨트롤러가 곧바로 알아차립니다.' },
      run: [
        cmd('kubectl', ['patch', 'ingress', 'class-typo', '-n', ns, '--type', 'merge', '-p', '{"spec":{"ingressClassName":"nginx"}}']),
        request(toTypo),
      ],
      checks: [
        checks.field(
          { id: 'class-corrected-class', title: { en: 'the Ingress has the class nginx', ko: 'Ingress의 클래스가 nginx입니다' } },
          { resource: ingresses, key: typo, path: ['spec', 'ingressClassName'], equals: 'nginx' },
        ),
        checks.status(
          { id: 'class-corrected-200', title: { en: 'every request gets 200', ko: '모든 요청이 200을 받습니다' } },
          {
            request: toTypo,
            status: 200,
            requests: 20,
            observes: { field: { kind: 'field', resource: ingresses, key: typo, path: ['spec', 'ingressClassName'] } },
          },
        ),
        noFailure('class-corrected'),
      ],
    }),
    step({
      id: 'canary',
      title: { en: 'A good version at last', ko: '드디어 좋은 버전' },
      say: {
        en: 'Give the app version 2.0.0: nothing is wrong with it, and it waits at 25 %.',
        ko: '앱에 2.0.0 버전을 지정합니다. 아무 문제가 없는 버전이고, 25 %에서 기다립니다.',
      },
      run: [setImage('2.0.0')],
      checks: [
        revision('canary', 6),
        phase('canary', 'Paused'),
        weight('canary', 25),
        ...labelled('canary', { stable: 1, canary: 1 }),
        split('canary', 25, { stable: 5, canary: 6 }),
        noFailure('canary'),
      ],
    }),
    step({
      id: 'second-canary',
      minutes: 2,
      title: { en: 'A canary too many', ko: '하나 더 있는 카나리아' },
      say: {
        en: 'Somebody adds a canary Ingress of their own for the same host and path, with weight 100. It is accepted, and ignored: only one canary per route counts. Who looks at the annotations alone believes that everything goes to the canary.',
        ko: '누군가 같은 호스트와 경로에 가중치 100인 카나리아 Ingress를 따로 추가합니다. 받아들여지지만 무시됩니다. 경로 하나에 카나리아는 하나만 유효하기 때문입니다. 애너테이션만 보는 사람은 모든 요청이 카나리아로 간다고 믿게 됩니다.',
      },
      run: [applied('second'), cmd('kubectl', ['get', 'ingress', '-n', ns])],
      checks: [
        checks.field(
          {
            id: 'second-canary-own-weight',
            title: { en: 'the second canary asks for 100 %', ko: '두 번째 카나리아의 가중치 애너테이션이 100입니다' },
          },
          { resource: ingresses, key: second, path: ['metadata', 'annotations', nginx('canary-weight')], equals: '100' },
        ),
        weight('second-canary', 25),
        split('second-canary', 25, { stable: 5, canary: 6 }),
        noFailure('second-canary'),
      ],
    }),
    step({
      id: 'drift',
      kind: 'invariant',
      minutes: 2,
      title: { en: 'A hand in the annotations', ko: '애너테이션을 손으로 고치면' },
      say: {
        en: 'Change the weight by hand to 90. The controller owns this annotation: it puts 25 back before you can count. To change a weight, change the steps.',
        ko: '가중치를 손으로 90으로 바꿔 봅니다. 이 애너테이션의 주인은 컨트롤러라서 눈 깜짝할 사이에 25로 되돌립니다. 가중치를 바꾸려면 단계를 바꾸세요.',
      },
      run: [cmd('kubectl', ['annotate', 'ingress', canaryIngress.name, '-n', ns, '--overwrite', `${nginx('canary-weight')}=90`])],
      checks: [weight('drift', 25), weightsSeen('drift', 25, 90, 25), phase('drift', 'Paused'), stepIndex('drift', 1), noFailure('drift')],
    }),
    step({
      id: 'promote-full',
      title: { en: 'Version 2.0.0 for everybody', ko: '2.0.0 버전을 모두에게' },
      say: {
        en: 'Take the stray Ingress away. The version is good: promote it fully.',
        ko: '길 잃은 Ingress를 지웁니다. 버전에는 문제가 없으니 전체 승격합니다.',
      },
      run: [cmd('kubectl', ['delete', 'ingress', 'second-canary', '-n', ns]), promoteFully(), untilHealthy()],
      checks: [
        checks.count(
          { id: 'promote-full-ingresses', title: { en: 'three Ingresses are left', ko: 'Ingress가 세 개 남아 있습니다' } },
          { resource: ingresses, namespace: ns, equals: 3 },
        ),
        phase('promote-full', 'Healthy'),
        stable('promote-full', 6),
        weight('promote-full', 0),
        allTraffic('promote-full', 6),
        noFailure('promote-full'),
      ],
    }),
    step({
      id: 'undo-waits',
      minutes: 2,
      title: { en: 'In a hurry: an undo that waits for you', ko: '급할 때: 멈춰 서는 되돌리기' },
      say: {
        en: 'An hour later version 2.0.0 turns out to be wrong. Undo! And then it stands at 25 % and waits: an undo is a rollout like any other, with every step and every pause. Three quarters of the users still have the bad version.',
        ko: '한 시간 뒤 2.0.0 버전에 문제가 있다는 것이 드러납니다. 되돌립니다! 그런데 25 %에서 멈춰 서서 기다립니다. 되돌리기도 모든 단계와 일시 중지를 거치는 보통의 롤아웃이기 때문입니다. 사용자 네 명 중 세 명은 아직 나쁜 버전을 쓰고 있습니다.',
      },
      run: [undo()],
      checks: [
        revision('undo-waits', 7),
        phase('undo-waits', 'Paused'),
        stepIndex('undo-waits', 1),
        weight('undo-waits', 25),
        stable('undo-waits', 6),
        split('undo-waits', 25, { stable: 6, canary: 7 }),
        noFailure('undo-waits'),
      ],
      notes: [
        note(
          'promote-full-after-undo',
          'The quick way at this point is "promote --full": it skips the steps of the undo.',
          '이때 빠른 길은 "promote --full"입니다. 되돌리기의 남은 단계를 건너뜁니다.',
        ),
      ],
    }),
    step({
      id: 'rollback-window',
      minutes: 2,
      title: { en: 'Prepared: rollbackWindow', ko: '미리 준비하기: rollbackWindow' },
      say: {
        en: 'Go back to 2.0.0 first, then allow quick ways back: rollbackWindow.revisions: 3. A version that is at most so many ReplicaSets older than the stable one may then return without steps.',
        ko: '먼저 2.0.0으로 돌아간 다음 빠른 복귀를 허용합니다. rollbackWindow.revisions: 3입니다. 이제 안정 버전보다 그만큼 이내로 오래된 버전은 단계 없이 돌아올 수 있습니다.',
      },
      run: [setImage('2.0.0'), untilHealthy(), patchRollout({ rollbackWindow: { revisions: 3 } })],
      checks: [
        revision('rollback-window', 8),
        phase('rollback-window', 'Healthy'),
        stable('rollback-window', 8),
        weight('rollback-window', 0),
        checks.field(
          { id: 'rollback-window-set', title: { en: 'the window is 3 revisions', ko: '롤백 창이 3개 리비전입니다' } },
          { resource: rollouts, key: app, path: ['spec', 'rollbackWindow', 'revisions'], equals: 3 },
        ),
        noFailure('rollback-window'),
      ],
    }),
    step({
      id: 'undo-at-once',
      title: { en: 'The same undo, at once', ko: '같은 되돌리기, 이번에는 곧바로' },
      say: {
        en: 'Undo again. Two ReplicaSets were made between versions 1.0.0 and 2.0.0, fewer than three: no step, no pause.',
        ko: '다시 되돌립니다. 1.0.0과 2.0.0 사이에 만들어진 ReplicaSet은 두 개로 셋보다 적으므로 단계도 일시 중지도 없습니다.',
      },
      run: [undo(), untilHealthy()],
      checks: [
        revision('undo-at-once', 9),
        phase('undo-at-once', 'Healthy'),
        stepIndex('undo-at-once', 6),
        stable('undo-at-once', 9),
        weight('undo-at-once', 0),
        allTraffic('undo-at-once', 9),
        happened('undo-at-once', { en: 'the rollout is completed', ko: '롤아웃이 완료되었습니다' }, { reason: 'RolloutCompleted' }),
        noFailure('undo-at-once'),
      ],
    }),
    step({
      id: 'metrics',
      minutes: 2,
      title: { en: 'Eyes for the rollout: Prometheus, and users to see', ko: '롤아웃의 눈: Prometheus, 그리고 지켜볼 사용자' },
      say: {
        en: 'As in lab 03: Prometheus reads the Pods’ metrics, and a Deployment plays the users with two requests per second. A ServiceMonitor of our own says what is read.',
        ko: '3부와 같습니다. Prometheus가 Pod의 지표를 읽고, Deployment 하나가 1초에 두 번 요청하는 사용자 역할을 합니다. 무엇을 읽을지는 직접 만든 ServiceMonitor로 정합니다.',
      },
      run: [...installPrometheus(), applied('monitor'), ...startUsers()],
      checks: [prometheusReady('metrics-prometheus'), deploymentAvailable('metrics-users', ns, 'users'), noFailure('metrics')],
    }),
    step({
      id: 'no-data',
      minutes: 3,
      title: { en: 'An analysis that finds no data', ko: '데이터를 찾지 못하는 분석' },
      say: {
        en: 'A step of the rollout is now an analysis, and one letter is missing from the metric in its query. Version 3.0.0 is good, has 25 % of the traffic, and is aborted all the same: the query finds nothing, and "result[0]" of nothing is an error. The run says so, in its message.',
        ko: '이제 롤아웃의 한 단계가 분석인데, 쿼리에 적힌 지표 이름에서 글자 하나가 빠졌습니다. 3.0.0 버전은 좋은 버전이고 트래픽의 25 %를 받지만 그래도 중단됩니다. 쿼리가 아무것도 찾지 못하고, 없는 것의 "result[0]"은 오류이기 때문입니다. 분석의 메시지에 그 사실이 적혀 있습니다.',
      },
      run: [
        applied('blind'),
        patchRollout({
          strategy: {
            canary: {
              steps: [
                { setWeight: 25 },
                { analysis: { templates: [{ templateName: 'success-share' }] } },
                { setWeight: 50 },
                { pause: {} },
              ],
            },
          },
        }),
        setImage('3.0.0'),
        timePasses('2m', { until: phase('until-no-data', 'Degraded') }),
        cmd('kubectl', ['get', 'analysisruns', '-n', ns, '-o', 'jsonpath={.items[*].status.message}']),
        showTree(),
      ],
      checks: [
        revision('no-data', 10),
        phase('no-data', 'Degraded'),
        message(
          'no-data',
          { en: 'it says that the analysis could not measure', ko: '분석이 측정하지 못했다고 알려 줍니다' },
          /^RolloutAborted: Rollout aborted update to revision 10: .*[Mm]etric "success-share" assessed Error due to consecutiveErrors \(5\) > consecutiveErrorLimit \(4\): "Error Message: .*"$/,
        ),
        analysis('no-data', 10, 'Error', { type: 'Step', message: /consecutiveErrors \(5\).*Error Message: / }),
        happened(
          'no-data',
          { en: 'the analysis ended with an error, then the rollout was aborted', ko: '분석이 오류로 끝난 다음 롤아웃이 중단되었습니다' },
          { reason: 'AnalysisRunError' },
          { reason: 'RolloutAborted' },
        ),
        weight('no-data', 0),
        weightsSeen('no-data', 0, 25, 0),
        stable('no-data', 9),
        allTraffic('no-data', 9),
        noFailure('no-data'),
      ],
      why: {
        en: 'An error is no measurement: the controller tries again after ten seconds, not after the interval. Five errors in a row are more than consecutiveErrorLimit (4), and a run that ends with Error aborts the rollout as one that Failed does.',
        ko: '오류는 측정으로 치지 않습니다. 컨트롤러는 간격(interval)과 상관없이 10초 뒤에 다시 시도합니다. 오류가 연달아 다섯 번이면 consecutiveErrorLimit(4)를 넘고, Error로 끝난 분석은 Failed와 똑같이 롤아웃을 중단합니다.',
      },
      notes: [
        note(
          'ask-the-query',
          'Ask the query yourself before a rollout does: kubectl port-forward -n prometheus svc/prometheus-kube-prometheus-prometheus 9090, and http://127.0.0.1:9090 has a page for it. An empty answer for a version that serves means that the query is wrong.',
          '롤아웃보다 먼저 쿼리를 직접 실행해 보세요. kubectl port-forward -n prometheus svc/prometheus-kube-prometheus-prometheus 9090을 실행하면 http://127.0.0.1:9090에서 해 볼 수 있습니다. 요청을 받고 있는 버전인데 답이 비어 있다면 쿼리가 틀린 것입니다.',
        ),
      ],
    }),
    step({
      id: 'no-data-asks',
      minutes: 3,
      title: { en: 'Better: no data asks a person', ko: '더 나은 방법: 데이터가 없으면 사람에게 묻기' },
      say: {
        en: 'In lab 03 no data meant yes, here it meant no, and both are wrong. With a successCondition and a failureCondition that both want a result, no data is neither: the run is Inconclusive, and the Rollout pauses where it is until somebody decides. Nothing is taken back and nothing goes on.',
        ko: '3부에서는 데이터가 없으면 통과였고 여기서는 실패였는데, 둘 다 틀렸습니다. 결과가 있어야만 참이 되는 successCondition과 failureCondition을 함께 두면 데이터가 없을 때는 어느 쪽도 아닙니다. 분석은 Inconclusive가 되고, Rollout은 누군가 결정할 때까지 그 자리에서 일시 중지됩니다. 되돌리지도, 나아가지도 않습니다.',
      },
      run: [
        applied('asks'),
        rolloutCommand('retry', 'rollout', 'sample-app'),
        timePasses('2m', { until: phase('until-asked', 'Paused') }),
        showTree(),
      ],
      checks: [
        phase('no-data-asks', 'Paused'),
        message('no-data-asks', { en: 'it waits because of the analysis', ko: '분석 때문에 기다립니다' }, 'InconclusiveAnalysisRun'),
        analysis('no-data-asks', 10, 'Inconclusive', { type: 'Step', measured: /^\[\]$/, measurements: 1 }),
        stepIndex('no-data-asks', 1, 4),
        weight('no-data-asks', 25),
        weightsSeen('no-data-asks', 0, 25),
        stable('no-data-asks', 9),
        noFailure('no-data-asks'),
      ],
    }),
    step({
      id: 'no-data-fixed',
      minutes: 3,
      title: { en: 'The way out: a query that sees', ko: '빠져나오기: 제대로 보는 쿼리' },
      say: {
        en: 'A promote would go on without having measured. Correct the name of the metric instead, and take the version through its steps again. A run keeps the template that it began with, so the retry makes a new one: three measurements, each of them 1, and the rollout goes on to 50 %. There it is promoted.',
        ko: '승격하면 측정하지 않은 채로 나아갑니다. 대신 지표 이름을 바로잡고 이 버전을 처음 단계부터 다시 진행합니다. 분석은 시작할 때의 템플릿을 그대로 쓰므로 재시도하면 새 분석이 만들어집니다. 세 번 측정해서 모두 1이고, 롤아웃은 50 %로 나아갑니다. 거기서 승격합니다.',
      },
      run: [
        applied('sees'),
        abort(),
        rolloutCommand('retry', 'rollout', 'sample-app'),
        timePasses('3m', { until: weight('until-seen', 50) }),
        cmd('kubectl', ['get', 'analysisruns', '-n', ns]),
        promote(),
        untilHealthy(),
      ],
      checks: [
        phase('no-data-fixed', 'Healthy'),
        analysis('no-data-fixed', 10, 'Successful', { type: 'Step', measured: /^\[1\]$/, measurements: 3 }),
        stable('no-data-fixed', 10),
        weight('no-data-fixed', 0),
        weightsSeen('no-data-fixed', 25, 0, 25, 50, 100, 0),
        allTraffic('no-data-fixed', 10),
        noFailure('no-data-fixed'),
      ],
    }),
  ],
});
