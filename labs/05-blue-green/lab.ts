import type { Check } from '../../src/index.ts';
import { checks, defineLab, pods, request, rollouts, step, timePasses } from '../../src/index.ts';
import { abort, installSampleApp, promote, setImage, showTree, untilHealthy } from '../shared/commands.ts';
import { app, appRequest, note, ns } from '../shared/names.ts';
import { allTraffic, message, phase, revision, serviceSelects, stable } from '../shared/rollout-checks.ts';
import { controllersStep, rolloutVariables } from '../shared/set-up.ts';
import { noFailure } from '../shared/traffic-checks.ts';

const preview = { namespace: ns, name: 'sample-app-preview' };
const toPreview = { ...appRequest, host: 'preview.sample.app' };

const active = (at: string, number: number): Check => serviceSelects(at, 'stable', number);

const previewSelects = (at: string, number: number): Check =>
  checks.serviceRevision(
    {
      id: `${at}-preview-service`,
      title: {
        en: `Service ${preview.name} selects revision ${number}`,
        ko: `Service ${preview.name}가 리비전 ${number}을(를) 선택합니다`,
      },
    },
    { service: preview, rollout: app.name, revision: number },
  );

const previewTraffic = (at: string, number: number): Check =>
  checks.reaches(
    {
      id: `${at}-preview-traffic`,
      title: {
        en: `every request to the preview is answered by revision ${number}`,
        ko: `미리 보기로 보낸 모든 요청에 리비전 ${number}이(가) 응답합니다`,
      },
    },
    { request: toPreview, service: preview, version: { rollout: app, revision: number }, requests: 60 },
  );

const podCount = (at: string, count: number): Check =>
  checks.count(
    {
      id: `${at}-pods`,
      title: { en: `Pods of the app: ${count}`, ko: `앱의 Pod: ${count}개` },
    },
    { resource: pods, namespace: ns, labelSelector: 'app=sample-app', equals: count },
  );

export default defineLab({
  id: '05-blue-green',
  title: { en: 'Blue and green: all or nothing', ko: '블루-그린: 전부 아니면 전무' },
  summary: {
    en: 'Sometimes two versions must not serve at the same time. A blue-green Rollout starts the new version in full beside the old one, lets you try it at an address of its own, and then moves everybody at once, by one Service.',
    ko: '두 버전이 동시에 서비스되어서는 안 될 때가 있습니다. 블루-그린 Rollout은 새 버전을 옛 버전 옆에 온전히 띄우고, 따로 마련된 주소에서 시험하게 한 다음, Service 하나로 모두를 한꺼번에 옮깁니다.',
  },
  needs: ['kubectl', 'helm'],
  variables: (ctx) => ({ ...rolloutVariables(ctx), chart: ctx.shipped('charts/sample-app/blue-green') }),
  walk: { from: 'green', namespace: ns, rollout: app.name, probe: { ...appRequest, ratePerSecond: 50 } },
  steps: [
    controllersStep(),
    step({
      id: 'blue',
      minutes: 2,
      title: { en: 'Blue: one version, two Services', ko: '블루: 한 버전, 두 Service' },
      say: {
        en: 'The Rollout names an active Service, which everybody uses, and a preview Service. As long as there is one version both select its Pods.',
        ko: 'Rollout에는 모두가 쓰는 활성 Service와 미리 보기 Service가 지정되어 있습니다. 버전이 하나뿐일 때는 둘 다 그 Pod를 선택합니다.',
      },
      run: [installSampleApp(), untilHealthy(), showTree()],
      checks: [
        phase('blue', 'Healthy'),
        stable('blue', 1),
        active('blue', 1),
        previewSelects('blue', 1),
        podCount('blue', 2),
        allTraffic('blue', 1),
        checks.field(
          { id: 'blue-manual', title: { en: 'it waits for a person before it switches', ko: '전환하기 전에 사람을 기다립니다' } },
          { resource: rollouts, key: app, path: ['spec', 'strategy', 'blueGreen', 'autoPromotionEnabled'], equals: false },
        ),
      ],
      hint: {
        en: 'One helm install of the chart charts/sample-app/blue-green, in a namespace of its own.',
        ko: 'charts/sample-app/blue-green 차트를 별도의 네임스페이스에 한 번 설치하면 됩니다.',
      },
    }),
    step({
      id: 'green',
      minutes: 2,
      title: { en: 'Green: the new version, in full, for nobody yet', ko: '그린: 온전히 떠 있지만 아직 아무도 쓰지 않는 새 버전' },
      say: {
        en: 'Set the image. Two more Pods start, the preview Service moves to them, and the Rollout pauses. Everybody still gets version 1.0.0: the price is twice the Pods, the gain is that nobody meets the new version by chance.',
        ko: '이미지를 지정합니다. Pod 두 개가 더 시작되고, 미리 보기 Service가 그쪽으로 옮겨 간 다음, Rollout이 일시 중지됩니다. 모두는 여전히 1.0.0 버전을 씁니다. Pod가 두 배로 드는 대신 우연히 새 버전을 만나는 사람은 없습니다.',
      },
      run: [setImage('2.0.0'), showTree()],
      checks: [
        phase('green', 'Paused'),
        message('green', { en: 'it waits for a promotion', ko: '승격을 기다립니다' }, 'BlueGreenPause'),
        revision('green', 2),
        stable('green', 1),
        active('green', 1),
        previewSelects('green', 2),
        podCount('green', 4),
        allTraffic('green', 1),
        noFailure('green'),
      ],
      hint: { en: 'kubectl argo rollouts set image, as in lab 02.', ko: '2부에서처럼 kubectl argo rollouts set image를 쓰세요.' },
    }),
    step({
      id: 'try',
      kind: 'invariant',
      title: { en: 'Try it at its own address', ko: '전용 주소에서 시험하기' },
      say: {
        en: 'The host preview.sample.app leads to the preview Service. Test here as long as you like; the pause has no end.',
        ko: 'preview.sample.app 호스트는 미리 보기 Service로 이어집니다. 일시 중지에는 끝이 없으니 원하는 만큼 시험하세요.',
      },
      run: [request(toPreview), request(appRequest)],
      checks: [previewTraffic('try', 2), allTraffic('try', 1), phase('try', 'Paused'), noFailure('try')],
    }),
    step({
      id: 'switch',
      minutes: 2,
      title: { en: 'Promote: everybody at once', ko: '승격: 모두를 한꺼번에' },
      say: {
        en: 'Promote. One field of one Service changes, and all requests go to version 2.0.0. There is no 25 %. The old Pods stay for 30 seconds, so that requests on their way are answered.',
        ko: '승격합니다. Service 하나의 필드 하나가 바뀌면 모든 요청이 2.0.0 버전으로 갑니다. 25 %는 없습니다. 오가던 요청에 응답할 수 있도록 옛 Pod는 30초 동안 남아 있습니다.',
      },
      run: [promote(), untilHealthy()],
      checks: [
        phase('switch', 'Healthy'),
        stable('switch', 2),
        active('switch', 2),
        previewSelects('switch', 2),
        allTraffic('switch', 2),
        noFailure('switch'),
      ],
      why: {
        en: 'The controller writes the new hash into the active Service’s selector only when as many new Pods are available as the Rollout asks for.',
        ko: '컨트롤러는 Rollout이 요구하는 수만큼 새 Pod를 쓸 수 있을 때에만 활성 Service의 선택자에 새 해시를 씁니다.',
      },
    }),
    step({
      id: 'old-pods',
      title: { en: 'Half a minute later: blue is gone', ko: '30초 뒤: 블루가 사라집니다' },
      say: { en: 'After scaleDownDelaySeconds the old Pods end.', ko: 'scaleDownDelaySeconds가 지나면 옛 Pod가 끝납니다.' },
      run: [timePasses('35s', { until: podCount('until-two', 2) })],
      checks: [podCount('old-pods', 2), phase('old-pods', 'Healthy'), allTraffic('old-pods', 2), noFailure('old-pods')],
    }),
    step({
      id: 'bad-green',
      minutes: 2,
      title: { en: 'A bad version: seen in the preview only', ko: '나쁜 버전: 미리 보기에서만 보입니다' },
      say: {
        en: 'Version 3.0.0-bad fails half of its requests. Only the preview shows it.',
        ko: '3.0.0-bad 버전은 요청의 절반을 실패합니다. 미리 보기에서만 그것이 보입니다.',
      },
      run: [setImage('3.0.0-bad')],
      checks: [
        phase('bad-green', 'Paused'),
        previewSelects('bad-green', 3),
        checks.status(
          { id: 'bad-green-errors', title: { en: 'some requests to the preview fail', ko: '미리 보기로 보낸 요청 일부가 실패합니다' } },
          { request: toPreview, status: 500, requests: 60, atLeast: 1, observes: { service: preview } },
        ),
        active('bad-green', 2),
        allTraffic('bad-green', 2),
        noFailure('bad-green'),
      ],
    }),
    step({
      id: 'abort',
      title: { en: 'Abort: nobody has noticed', ko: '중단: 아무도 눈치채지 못했습니다' },
      say: {
        en: 'Look at the preview, and abort. The active Service has never moved, so for everybody else nothing happens at all.',
        ko: '미리 보기를 확인하고 중단합니다. 활성 Service는 옮겨 간 적이 없으므로 다른 사람들에게는 아무 일도 일어나지 않습니다.',
      },
      run: [request(toPreview, { times: 6 }), abort()],
      checks: [
        phase('abort', 'Degraded'),
        message(
          'abort',
          { en: 'it says which revision was aborted', ko: '어느 리비전이 중단되었는지 알려 줍니다' },
          'RolloutAborted: Rollout aborted update to revision 3',
        ),
        stable('abort', 2),
        active('abort', 2),
        allTraffic('abort', 2),
        noFailure('abort'),
      ],
    }),
    step({
      id: 'recover',
      title: { en: 'Recover: ask for what runs', ko: '복구: 실행 중인 버전을 다시 지정' },
      say: { en: 'Set the image back to 2.0.0: Healthy at once.', ko: '이미지를 2.0.0으로 되돌려 지정하면 곧바로 Healthy가 됩니다.' },
      run: [setImage('2.0.0'), untilHealthy()],
      checks: [
        phase('recover', 'Healthy'),
        revision('recover', 4),
        stable('recover', 4),
        active('recover', 4),
        allTraffic('recover', 4),
        noFailure('recover'),
      ],
      notes: [
        note(
          'canary-or-blue-green',
          'A canary limits how many people meet a bad version; blue-green limits how long two versions live side by side. With a schema change or sticky sessions the second may matter more.',
          '카나리아는 나쁜 버전을 만나는 사람의 수를 줄이고, 블루-그린은 두 버전이 함께 서비스되는 시간을 줄입니다. 스키마 변경이나 고정 세션이 있다면 후자가 더 중요할 수 있습니다.',
        ),
      ],
    }),
  ],
});
