import { checks, cmd, defineLab, request, rollouts, step, timePasses } from '../../src/index.ts';
import { installSampleApp, promote, promoteFully, setImage, showTree, untilHealthy, untilPaused } from '../shared/commands.ts';
import { installPrometheus, startUsers } from '../shared/installs.ts';
import { app, appRequest, note, ns, withHeader } from '../shared/names.ts';
import {
  allTraffic,
  analysis,
  happened,
  header,
  message,
  phase,
  revision,
  serviceSelects,
  split,
  stable,
  stepIndex,
  walkFrom,
  weight,
  weightsSeen,
} from '../shared/rollout-checks.ts';
import { controllersStep, deploymentAvailable, prometheusReady, rolloutVariables } from '../shared/set-up.ts';
import { failedShare, noFailure } from '../shared/traffic-checks.ts';

export default defineLab({
  id: '03-smart-canary',
  title: { en: 'A smart canary: Prometheus decides', ko: '똑똑한 카나리아: Prometheus가 판단합니다' },
  summary: {
    en: 'Nobody watches a canary at night. An analysis asks Prometheus once a minute how many of the canary’s requests succeed: a good version goes all the way by itself, a bad one is taken back by itself. And then the trap: an analysis that sees nothing says yes.',
    ko: '밤에는 아무도 카나리아를 지켜보지 않습니다. 분석이 1분마다 카나리아 요청의 성공 비율을 Prometheus에 묻습니다. 좋은 버전은 저절로 끝까지 가고, 나쁜 버전은 저절로 되돌아옵니다. 그리고 함정도 있습니다. 아무것도 보지 못한 분석은 괜찮다고 답합니다.',
  },
  needs: ['kubectl', 'helm'],
  variables: (ctx) => ({ ...rolloutVariables(ctx), chart: ctx.shipped('charts/sample-app/argo-rollouts') }),
  walk: walkFrom('users'),
  steps: [
    controllersStep(),
    step({
      id: 'prometheus',
      minutes: 2,
      title: { en: 'Install Prometheus', ko: 'Prometheus 설치' },
      say: {
        en: 'Prometheus collects numbers from Pods. A ServiceMonitor tells it which; the sample app’s chart brings one.',
        ko: 'Prometheus는 Pod에서 수치를 모읍니다. 어느 Pod에서 모을지는 ServiceMonitor로 정하며, 샘플 앱 차트에 들어 있습니다.',
      },
      run: [...installPrometheus(), cmd('kubectl', ['get', 'pods', '-n', 'prometheus'])],
      checks: [prometheusReady('prometheus-ready')],
    }),
    step({
      id: 'sample-app',
      minutes: 2,
      title: { en: 'Install the app with an analysis', ko: '분석이 있는 앱 설치' },
      say: {
        en: 'prometheus.enabled=true adds an AnalysisTemplate, a ServiceMonitor, and an analysis in the Rollout that runs in the background from step 2 on, that is from 50 %.',
        ko: 'prometheus.enabled=true를 지정하면 AnalysisTemplate과 ServiceMonitor가 추가되고, Rollout에는 2단계(50 %)부터 백그라운드에서 실행되는 분석이 추가됩니다.',
      },
      run: [installSampleApp('prometheus.enabled=true'), untilHealthy(), cmd('kubectl', ['get', 'analysistemplates', '-n', ns])],
      checks: [
        phase('sample-app', 'Healthy'),
        stable('sample-app', 1),
        checks.field(
          { id: 'sample-app-analysis', title: { en: 'the analysis starts at step 2', ko: '분석은 2단계부터 시작합니다' } },
          { resource: rollouts, key: app, path: ['spec', 'strategy', 'canary', 'analysis', 'startingStep'], equals: 2 },
        ),
        allTraffic('sample-app', 1),
      ],
    }),
    step({
      id: 'trap',
      minutes: 3,
      title: { en: 'The trap: a bad version at night', ko: '함정: 한밤의 나쁜 버전' },
      say: {
        en: 'It is night, nobody uses the app. Version 2.0.0-bad fails every second request. Promote it past the first pause and wait: the analysis finds no requests, no data is no reason to stop, and ten minutes later the bad version is everybody’s.',
        ko: '밤이라 앱을 쓰는 사람이 없습니다. 2.0.0-bad 버전은 요청 두 개 중 하나를 실패합니다. 첫 일시 중지를 넘겨 승격하고 기다려 보세요. 요청이 없으니 데이터가 없고, 데이터가 없으면 멈출 이유도 없습니다. 10분 뒤 나쁜 버전이 모두의 것이 됩니다.',
      },
      run: [
        setImage('2.0.0-bad'),
        untilPaused(),
        promote(),
        timePasses('11m', { until: stable('until-trapped', 2) }),
        untilHealthy(),
        showTree(),
      ],
      checks: [
        phase('trap', 'Healthy'),
        stable('trap', 2),
        analysis('trap', 2, 'Successful', { measured: /^\[\]$/, measurements: 5 }),
        serviceSelects('trap', 'stable', 2),
        checks.status(
          { id: 'trap-errors', title: { en: 'some requests fail now', ko: '이제 일부 요청이 실패합니다' } },
          { request: appRequest, status: 500, requests: 60, atLeast: 1, observes: { service: app } },
        ),
      ],
      why: {
        en: 'The success condition reads: no result, or a share of at least 0.99. The first half is what lets a quiet night pass. Without it a quiet night would abort every good version; safer is to make sure that there is always traffic, as the next steps do.',
        ko: '성공 조건은 "결과가 없거나 비율이 0.99 이상"입니다. 앞부분 때문에 조용한 밤이 그냥 지나갑니다. 그 부분이 없으면 조용한 밤마다 좋은 버전까지 중단됩니다. 다음 단계처럼 항상 트래픽이 있게 하는 편이 더 안전합니다.',
      },
      notes: [
        note(
          'no-data',
          'For Argo Rollouts "no data counts as success" is what the template says, not a rule of its own: a template that reads result[0] without looking at len(result) ends in Error instead.',
          '"데이터가 없으면 성공"은 Argo Rollouts의 규칙이 아니라 이 템플릿에 적힌 내용입니다. len(result)를 보지 않고 result[0]을 읽는 템플릿이라면 Error로 끝납니다.',
        ),
      ],
    }),
    step({
      id: 'users',
      minutes: 2,
      title: { en: 'Morning: back to the good version, and users', ko: '아침: 좋은 버전으로, 그리고 사용자들' },
      say: {
        en: 'Go back to 1.0.0 with a full promotion, which asks no analysis. Then start a Deployment that plays the users: two requests per second through the ingress.',
        ko: '분석을 거치지 않는 전체 승격으로 1.0.0으로 돌아갑니다. 그런 다음 사용자 역할을 하는 Deployment를 시작합니다. 인그레스로 1초에 두 번 요청을 보냅니다.',
      },
      run: [setImage('1.0.0'), promoteFully(), untilHealthy(), ...startUsers()],
      checks: [
        phase('users', 'Healthy'),
        revision('users', 3),
        stable('users', 3),
        weight('users', 0),
        deploymentAvailable('users-available', ns, 'users'),
        allTraffic('users', 3),
      ],
    }),
    step({
      id: 'good-version',
      title: { en: 'A good version: 25 % and wait', ko: '좋은 버전: 25 %에서 대기' },
      say: { en: 'Version 3.0.0 goes to 25 % and waits for a person, once.', ko: '3.0.0 버전이 25 %로 가서 사람을 한 번 기다립니다.' },
      run: [setImage('3.0.0')],
      checks: [
        phase('good-version', 'Paused'),
        revision('good-version', 4),
        weight('good-version', 25),
        serviceSelects('good-version', 'canary', 4),
        noFailure('good-version'),
      ],
    }),
    step({
      id: 'smoke-test',
      kind: 'invariant',
      title: { en: 'A smoke test first', ko: '먼저 스모크 테스트' },
      say: {
        en: 'This pause is the place for a smoke test: the header reaches the canary for certain, and an error here costs nobody anything.',
        ko: '이 일시 중지가 스모크 테스트를 할 때입니다. 헤더를 쓰면 반드시 카나리아에 도달하고, 여기서 난 오류는 아무에게도 피해를 주지 않습니다.',
      },
      run: [request(withHeader('always'), { times: 3 })],
      checks: [header('smoke-test', 'always', 4), header('smoke-test', 'never', 3), noFailure('smoke-test')],
    }),
    step({
      id: 'analysis-starts',
      minutes: 2,
      title: { en: 'Promote: 50 %, and the analysis begins', ko: '승격: 50 %에서 분석 시작' },
      say: {
        en: 'Promote. At 50 % the Rollout creates an AnalysisRun, which measures after a minute and then every minute. From here on no person is needed.',
        ko: '승격합니다. 50 %에서 Rollout이 AnalysisRun을 만들고, AnalysisRun은 1분 뒤부터 1분마다 측정합니다. 이제부터 사람은 필요 없습니다.',
      },
      run: [promote(), cmd('kubectl', ['get', 'analysisruns', '-n', ns])],
      checks: [
        stepIndex('analysis-starts', 3),
        weight('analysis-starts', 50),
        analysis('analysis-starts', 4, 'Running'),
        weightsSeen('analysis-starts', 25, 50),
        split('analysis-starts', 50, { stable: 3, canary: 4 }),
        noFailure('analysis-starts'),
      ],
      notes: [
        note(
          'initial-delay',
          'The query looks back one minute, and both Services had the bad version of last night behind them until a moment ago. Without initialDelay the first measurement could count its errors and abort a good version.',
          '쿼리는 지난 1분을 봅니다. 그런데 조금 전까지만 해도 두 Service 뒤에는 지난밤의 나쁜 버전이 있었습니다. initialDelay가 없으면 첫 측정이 그 오류까지 세어 좋은 버전을 중단할 수 있습니다.',
        ),
      ],
    }),
    step({
      id: 'promoted-by-itself',
      minutes: 2,
      title: { en: 'Ten minutes later: promoted by itself', ko: '10분 뒤: 저절로 승격' },
      say: {
        en: 'A measurement every minute, each of them 1: every request to the canary succeeded. Both timed pauses pass, the version becomes stable, the run is Successful.',
        ko: '1분마다 측정해서 모두 1입니다. 카나리아로 간 요청이 모두 성공했다는 뜻입니다. 시간이 정해진 일시 중지가 두 번 지나고, 새 버전이 안정 버전이 되고, 분석은 Successful로 끝납니다.',
      },
      run: [timePasses('11m', { until: stable('until-promoted', 4) }), untilHealthy(), showTree()],
      checks: [
        phase('promoted-by-itself', 'Healthy'),
        stable('promoted-by-itself', 4),
        analysis('promoted-by-itself', 4, 'Successful', { measured: /^\[1\]$/, measurements: 8 }),
        weight('promoted-by-itself', 0),
        serviceSelects('promoted-by-itself', 'stable', 4),
        weightsSeen('promoted-by-itself', 50, 75, 100, 0),
        allTraffic('promoted-by-itself', 4),
        noFailure('promoted-by-itself'),
      ],
    }),
    step({
      id: 'bad-version',
      title: { en: 'A bad version: 25 %', ko: '나쁜 버전: 25 %' },
      say: {
        en: 'Version 4.0.0-bad fails every second request, and has 25 % of the traffic. At this pause nothing is measured yet.',
        ko: '4.0.0-bad 버전은 요청 두 개 중 하나를 실패하는데 트래픽의 25 %를 받고 있습니다. 이 일시 중지에서는 아직 아무것도 측정하지 않습니다.',
      },
      run: [setImage('4.0.0-bad')],
      checks: [
        phase('bad-version', 'Paused'),
        revision('bad-version', 5),
        weight('bad-version', 25),
        stable('bad-version', 4),
        serviceSelects('bad-version', 'canary', 5),
        header('bad-version', 'never', 4),
        failedShare('bad-version', 25),
      ],
    }),
    step({
      id: 'aborted-by-itself',
      minutes: 3,
      title: { en: 'Promoted without a look, aborted by itself', ko: '확인 없이 승격, 저절로 중단' },
      say: {
        en: 'Somebody promotes it without looking. At 50 % the analysis measures after a minute, and says about 0.5, which is less than 0.99. failureLimit is 0, so one is enough: the run is Failed, the Rollout aborts, the weight is 0. Nobody was woken. Only requests to the canary failed, a part of its share.',
        ko: '누군가 확인도 하지 않고 승격합니다. 50 %에서 분석이 1분 뒤에 측정한 값은 약 0.5로 0.99보다 작습니다. failureLimit이 0이라 한 번이면 충분합니다. 분석은 Failed가 되고, Rollout은 중단되고, 가중치는 0이 됩니다. 아무도 깨우지 않았습니다. 실패한 것은 카나리아로 간 요청의 일부뿐입니다.',
      },
      run: [promote(), timePasses('2m', { until: phase('until-aborted', 'Degraded') }), showTree()],
      checks: [
        phase('aborted-by-itself', 'Degraded'),
        message(
          'aborted-by-itself',
          { en: 'it says which metric failed', ko: '어느 지표가 실패했는지 알려 줍니다' },
          /^RolloutAborted: Rollout aborted update to revision 5: (?:Background analysis phase error\/failed: )?[Mm]etric "success-share" assessed Failed due to failed \(1\) > failureLimit \(0\)$/,
        ),
        analysis('aborted-by-itself', 5, 'Failed', { measured: /^\[0\.\d+\]$/ }),
        weight('aborted-by-itself', 0),
        stable('aborted-by-itself', 4),
        serviceSelects('aborted-by-itself', 'canary', 4),
        weightsSeen('aborted-by-itself', 25, 50, 0),
        failedShare('aborted-by-itself', 25),
        allTraffic('aborted-by-itself', 4),
        happened(
          'aborted-by-itself',
          { en: 'the analysis failed, then the rollout was aborted', ko: '분석이 실패한 다음 롤아웃이 중단되었습니다' },
          { reason: 'AnalysisRunFailed' },
          { reason: 'RolloutAborted' },
        ),
      ],
    }),
    step({
      id: 'recover',
      title: { en: 'Recover: ask for the version that runs', ko: '복구: 실행 중인 버전을 다시 지정' },
      say: {
        en: 'Set the image back to 3.0.0. A retry would run the same analysis again, with the same end.',
        ko: '이미지를 3.0.0으로 되돌려 지정합니다. 재시도를 해도 같은 분석이 다시 실행되어 똑같이 끝납니다.',
      },
      run: [setImage('3.0.0'), untilHealthy()],
      checks: [
        phase('recover', 'Healthy'),
        revision('recover', 6),
        stable('recover', 6),
        weight('recover', 0),
        allTraffic('recover', 6),
        noFailure('recover'),
      ],
    }),
  ],
});
