import { checks, cmd, defineLab, deployments, ingresses, listFiles, pods, rollouts, services, step, timePasses } from '../../src/index.ts';
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
  untilPaused,
} from '../shared/commands.ts';
import { installArgoRollouts, installIngressNginx } from '../shared/installs.ts';
import { app, canaryIngress, canaryService, nginx, note, ns } from '../shared/names.ts';
import {
  allTraffic,
  happened,
  header,
  labelled,
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
import { deploymentAvailable, nodeReady, retired, rolloutsServed, rolloutVariables } from '../shared/set-up.ts';
import { noFailure } from '../shared/traffic-checks.ts';

export default defineLab({
  id: '02-automated-canary',
  title: { en: 'An automated canary with Argo Rollouts and ingress-nginx', ko: 'Argo Rollouts와 ingress-nginx로 자동화하는 카나리아 배포' },
  summary: {
    en: 'A Rollout replaces the Deployment and moves the traffic by itself: 25 %, a person’s approval, 50 %, 75 %, 100 %. Then the ways out: full promotion, abort, undo.',
    ko: 'Deployment 대신 Rollout을 쓰면 트래픽이 저절로 옮겨집니다. 25 %에서 사람의 승인을 기다린 뒤 50 %, 75 %, 100 %로 나아갑니다. 그다음 전체 승격, 중단, 되돌리기를 해 봅니다.',
  },
  needs: ['kubectl', 'helm'],
  variables: (ctx) => ({
    ...rolloutVariables(ctx),
    chart: ctx.shipped('charts/sample-app/argo-rollouts'),
    templates: ctx.shipped('charts/sample-app/argo-rollouts/templates'),
    canaryTemplates: ctx.shipped('charts/sample-app/argo-rollouts/templates/canary'),
  }),
  walk: walkFrom('first-state'),
  steps: [
    step({
      id: 'cluster',
      kind: 'invariant',
      title: { en: 'A cluster to work on', ko: '작업할 클러스터' },
      say: {
        en: 'Everything in this lab happens in one small cluster. Look at its nodes first: one of them is enough.',
        ko: '이 실습은 모두 작은 클러스터 하나에서 진행합니다. 먼저 노드를 확인해 보세요. 하나면 충분합니다.',
      },
      run: [cmd('kubectl', ['get', 'nodes'])],
      checks: [nodeReady('cluster-node-ready')],
    }),
    step({
      id: 'ingress-nginx',
      minutes: 2,
      title: { en: 'Install the NGINX Ingress Controller', ko: 'NGINX 인그레스 컨트롤러 설치' },
      say: {
        en: 'The ingress controller is the data plane: every request from outside passes through it, and it decides which Service answers. A second ingress with canary annotations makes it send a share of the requests elsewhere.',
        ko: '인그레스 컨트롤러는 데이터 플레인입니다. 밖에서 들어오는 모든 요청이 이곳을 지나고, 어느 Service가 응답할지 여기서 정해집니다. 카나리아 애너테이션이 붙은 두 번째 Ingress가 있으면 요청의 일부를 다른 곳으로 보냅니다.',
      },
      run: [...installIngressNginx(), cmd('kubectl', ['get', 'deploy', '-n', 'ingress-nginx'])],
      checks: [deploymentAvailable('ingress-nginx-available', 'ingress-nginx', 'ingress-nginx-controller')],
      notes: [
        retired,
        note(
          'helm-wait',
          'The tutorial adds --wait to helm install. We wait with "kubectl rollout status" instead: it watches, where Helm 3 asks every two seconds.',
          '튜토리얼은 helm install에 --wait를 붙입니다. 여기서는 "kubectl rollout status"로 기다립니다. Helm 3은 2초마다 물어보지만 이 명령은 변화를 지켜보다가 바로 끝납니다.',
        ),
      ],
    }),
    step({
      id: 'argo-rollouts',
      minutes: 2,
      title: { en: 'Install Argo Rollouts and its dashboard', ko: 'Argo Rollouts와 대시보드 설치' },
      say: {
        en: 'Argo Rollouts brings a new resource, the Rollout, and a controller that carries it out. The chart can install a dashboard too.',
        ko: 'Argo Rollouts는 Rollout이라는 새 리소스와, 그것을 실행하는 컨트롤러를 제공합니다. 차트로 대시보드도 함께 설치할 수 있습니다.',
      },
      run: [...installArgoRollouts({ dashboard: true }), cmd('kubectl', ['get', 'deploy', '-n', 'argo-rollouts'])],
      checks: [
        deploymentAvailable('argo-rollouts-available', 'argo-rollouts', 'argo-rollouts'),
        deploymentAvailable('argo-dashboard-available', 'argo-rollouts', 'argo-rollouts-dashboard'),
        rolloutsServed('argo-crd-served'),
      ],
      notes: [
        note(
          'argo-namespace',
          'As printed, "helm install my-release argo/argo-rollouts" names no namespace and no dashboard, so the command after it finds nothing in the namespace argo-rollouts. Hence the flags here.',
          '인쇄된 명령 "helm install my-release argo/argo-rollouts"에는 네임스페이스와 대시보드 설정이 없어서, 다음 명령으로 argo-rollouts 네임스페이스를 보아도 아무것도 나오지 않습니다. 그래서 여기서는 플래그를 더했습니다.',
        ),
      ],
    }),
    step({
      id: 'sample-app',
      minutes: 2,
      title: { en: 'Install the sample app', ko: '샘플 앱 설치' },
      say: {
        en: 'The chart holds a Rollout where one would expect a Deployment. Its strategy names two Services, one ingress, and the steps: 25 %, wait for a person, 50 %, five minutes, 75 %, five minutes.',
        ko: '이 차트에는 Deployment가 있을 자리에 Rollout이 있습니다. 전략에는 Service 두 개, Ingress 하나, 그리고 단계가 적혀 있습니다. 25 %, 사람의 승인, 50 %, 5분, 75 %, 5분입니다.',
      },
      run: [installSampleApp(), untilHealthy(), cmd('kubectl', ['get', 'rollout', 'sample-app', '-n', 'sample-app'])],
      checks: [
        checks.field(
          { id: 'app-available', title: { en: 'the Rollout has one available Pod', ko: 'Rollout에 사용 가능한 Pod가 하나 있습니다' } },
          { resource: rollouts, key: app, path: ['status', 'availableReplicas'], equals: 1 },
        ),
        checks.field(
          {
            id: 'app-canary-service-named',
            title: { en: 'the Rollout knows its canary Service', ko: 'Rollout에 카나리아 Service가 지정되어 있습니다' },
          },
          { resource: rollouts, key: app, path: ['spec', 'strategy', 'canary', 'canaryService'], equals: canaryService.name },
        ),
        checks.field(
          {
            id: 'app-stable-service-named',
            title: { en: 'the Rollout knows its stable Service', ko: 'Rollout에 안정 버전 Service가 지정되어 있습니다' },
          },
          { resource: rollouts, key: app, path: ['spec', 'strategy', 'canary', 'stableService'], equals: app.name },
        ),
        checks.field(
          { id: 'app-steps', title: { en: 'the steps are 25, pause, 50, 5m, 75, 5m', ko: '단계는 25, 일시 중지, 50, 5분, 75, 5분입니다' } },
          {
            resource: rollouts,
            key: app,
            path: ['spec', 'strategy', 'canary', 'steps'],
            equals: [
              { setWeight: 25 },
              { pause: {} },
              { setWeight: 50 },
              { pause: { duration: '5m' } },
              { setWeight: 75 },
              { pause: { duration: '5m' } },
            ],
          },
        ),
      ],
      notes: [
        note(
          'helm-wait-rollout',
          'Helm’s own --wait does not help here: Helm 3 does not look at Rollouts, and Helm 4 never returns for a chart that holds one. "kubectl argo rollouts status" knows when a Rollout is healthy.',
          'Helm의 --wait는 여기서 도움이 되지 않습니다. Helm 3은 Rollout을 보지 않고, Helm 4는 Rollout이 든 차트에서 끝나지 않습니다. "kubectl argo rollouts status"는 Rollout이 언제 정상인지 압니다.',
        ),
        note(
          'placeholders',
          'In the tutorial’s listing the template placeholders were lost: "canaryService: -canary" and an empty stableService stand for sample-app-canary and sample-app.',
          '튜토리얼의 예시에는 템플릿 자리 표시자가 빠져 있습니다. "canaryService: -canary"와 비어 있는 stableService는 각각 sample-app-canary와 sample-app을 뜻합니다.',
        ),
        note(
          'step-kinds',
          'The tutorial says that there are three kinds of step and writes "setCanaryScale: 4". There are eight, and setCanaryScale takes replicas, weight or matchTrafficWeight.',
          '튜토리얼은 단계가 세 가지라고 하고 "setCanaryScale: 4"라고 적었습니다. 실제로는 여덟 가지이고, setCanaryScale에는 replicas, weight, matchTrafficWeight 중 하나를 씁니다.',
        ),
      ],
    }),
    step({
      id: 'one-service',
      kind: 'invariant',
      title: { en: 'What is duplicated: one Service instead of three objects', ko: '복제되는 것: 세 리소스가 아니라 Service 하나' },
      say: {
        en: 'With ingress-nginx alone (lab 01) a canary needs a second Deployment, a second Service and a second ingress, all kept alike by hand. Here the folder canary holds one file, service.yaml: the Rollout takes the place of both Deployments, and its controller makes the second ingress from the first.',
        ko: 'ingress-nginx만 쓰면(1부) 카나리아를 위해 Deployment, Service, Ingress를 하나씩 더 만들고 손으로 똑같이 맞춰야 합니다. 여기서는 canary 폴더에 service.yaml 하나만 있습니다. 두 Deployment의 자리는 Rollout이 대신하고, 두 번째 Ingress는 컨트롤러가 첫 번째 것을 바탕으로 만듭니다.',
      },
      run: [
        listFiles((v) => v['templates']),
        listFiles((v) => v['canaryTemplates']),
        cmd('kubectl', ['get', 'rollouts,deployments,services,ingresses', '-n', 'sample-app']),
      ],
      checks: [
        checks.count(
          { id: 'one-service-no-deployment', title: { en: 'there is no Deployment', ko: 'Deployment가 없습니다' } },
          { resource: deployments, namespace: ns, equals: 0 },
        ),
        checks.count(
          {
            id: 'one-service-two-services',
            title: { en: 'there are two Services, one for each version', ko: '버전마다 하나씩, Service가 두 개 있습니다' },
          },
          { resource: services, namespace: ns, equals: 2 },
        ),
        checks.field(
          {
            id: 'one-service-ingress-owner',
            title: { en: 'the second ingress was made by the Rollout', ko: '두 번째 Ingress는 Rollout이 만든 것입니다' },
          },
          {
            resource: ingresses,
            key: canaryIngress,
            path: ['metadata', 'ownerReferences', 'kind=Rollout', 'name'],
            equals: 'sample-app',
          },
        ),
        checks.field(
          {
            id: 'one-service-ingress-backend',
            title: { en: 'the second ingress leads to the canary Service', ko: '두 번째 Ingress는 카나리아 Service로 이어집니다' },
          },
          {
            resource: ingresses,
            key: canaryIngress,
            path: ['spec', 'rules', '0', 'http', 'paths', '0', 'backend', 'service', 'name'],
            equals: canaryService.name,
          },
        ),
      ],
    }),
    step({
      id: 'dashboard',
      kind: 'invariant',
      title: { en: 'Open the dashboard', ko: '대시보드 열기' },
      say: {
        en: 'The plugin brings a dashboard of its own, which runs on your machine. Leave it open in a browser while you go on: promote, abort and rollback are buttons there, and every step below can be watched. The lab opens it, looks whether it answers, and closes it again.',
        ko: '플러그인에는 내 컴퓨터에서 실행되는 대시보드가 들어 있습니다. 실습하는 동안 브라우저에 띄워 두세요. 승격, 중단, 롤백이 버튼으로 있고 아래의 모든 단계를 지켜볼 수 있습니다. 이 실습은 대시보드를 열어 응답하는지 확인한 다음 닫습니다.',
      },
      run: [cmd('kubectl', ['argo', 'rollouts', 'dashboard', '-n', 'argo-rollouts'], { endsWhen: /available at (http:\S+)/, opens: true })],
      checks: [
        deploymentAvailable('dashboard-deployment', 'argo-rollouts', 'argo-rollouts-dashboard'),
        checks.field(
          {
            id: 'dashboard-healthy',
            title: { en: 'the Rollout that it shows is Healthy', ko: '대시보드에 보이는 Rollout은 Healthy 상태입니다' },
          },
          { resource: rollouts, key: app, path: ['status', 'phase'], equals: 'Healthy' },
        ),
      ],
      notes: [
        note(
          'dashboard',
          'The page of the app is /rollouts/rollout/sample-app/sample-app. Since v1.5 the namespace is part of the address; older texts say /rollout/sample-app.',
          '앱의 페이지는 /rollouts/rollout/sample-app/sample-app입니다. v1.5부터 주소에 네임스페이스가 들어갑니다. 예전 글에는 /rollout/sample-app으로 나와 있습니다.',
        ),
      ],
    }),
    step({
      id: 'first-state',
      kind: 'invariant',
      minutes: 2,
      title: { en: 'The first state: one version, all traffic', ko: '처음 상태: 한 버전이 모든 트래픽을 받습니다' },
      say: {
        en: 'The first install runs no steps: there is nothing to compare with. Both Services select the same Pods and the canary ingress is there, with weight 0. From here on requests run in the background until the end, and none of them may fail.',
        ko: '처음 설치할 때는 비교할 대상이 없으므로 단계를 거치지 않습니다. 두 Service가 같은 Pod를 선택하고, 카나리아 Ingress는 가중치 0으로 이미 있습니다. 지금부터 끝까지 백그라운드에서 요청을 계속 보내며, 하나도 실패하면 안 됩니다.',
      },
      run: [showTree(), cmd('kubectl', ['get', 'ingress', '-n', 'sample-app'])],
      checks: [
        phase('first-state', 'Healthy'),
        revision('first-state', 1),
        stepIndex('first-state', 6),
        stable('first-state', 1),
        weight('first-state', 0),
        serviceSelects('first-state', 'stable', 1),
        serviceSelects('first-state', 'canary', 1),
        ...labelled('first-state', { stable: 1, canary: 0 }),
        allTraffic('first-state', 1),
        noFailure('first-state'),
      ],
      notes: [
        note(
          'canary-ingress-stays',
          'The canary ingress exists from the first install and stays for good, at weight 0 when nothing is going on. Do not take its presence for a running canary.',
          '카나리아 Ingress는 처음 설치할 때부터 있고, 진행 중인 배포가 없으면 가중치 0으로 계속 남아 있습니다. 이것이 있다고 해서 카나리아 배포가 진행 중인 것은 아닙니다.',
        ),
      ],
    }),
    step({
      id: 'set-image',
      minutes: 2,
      title: { en: 'A new image: 25 % and wait', ko: '새 이미지: 25 %에서 대기' },
      say: {
        en: 'Give the container a new image. The controller makes revision 2, labels its Pod canary, points the canary Service to it, raises the weight to 25 and pauses until somebody decides.',
        ko: '컨테이너에 새 이미지를 지정합니다. 컨트롤러는 리비전 2를 만들고, 그 Pod에 canary 레이블을 붙이고, 카나리아 Service를 그쪽으로 돌린 다음, 가중치를 25로 올리고 누군가 결정할 때까지 일시 중지합니다.',
      },
      run: [setImage('2.0.0')],
      checks: [
        phase('set-image', 'Paused'),
        message('set-image', { en: 'it waits for a person', ko: '사람의 결정을 기다립니다' }, 'CanaryPauseStep'),
        stepIndex('set-image', 1),
        revision('set-image', 2),
        weight('set-image', 25),
        stable('set-image', 1),
        serviceSelects('set-image', 'stable', 1),
        serviceSelects('set-image', 'canary', 2),
        ...labelled('set-image', { stable: 1, canary: 1 }),
        weightsSeen('set-image', 0, 25),
        happened(
          'set-image',
          { en: 'the controller says what it did, in order', ko: '컨트롤러가 한 일이 이벤트에 순서대로 남아 있습니다' },
          { reason: 'RolloutUpdated', message: 'revision 2' },
          { reason: 'NewReplicaSetCreated' },
          { reason: 'ScalingReplicaSet', message: 'from 0 to 1' },
          { reason: 'SwitchService', message: canaryService.name },
          { reason: 'PatchingCanaryIngress', message: "'25'" },
          { reason: 'RolloutPaused' },
        ),
        noFailure('set-image'),
      ],
      notes: [
        note(
          'set-image-missing',
          'The tutorial says "set a new image" and shows no command. This is it.',
          '튜토리얼에는 "새 이미지를 설정하라"는 말만 있고 명령이 없습니다. 그 명령이 이것입니다.',
        ),
      ],
    }),
    step({
      id: 'traffic',
      kind: 'invariant',
      minutes: 2,
      title: { en: 'See where the requests go', ko: '요청이 어디로 가는지 보기' },
      say: {
        en: 'An annotation is a wish; only traffic shows the truth. The tutorial’s series uses k6 for this. The lab sends the requests itself and counts the Pod template hash in the answers: about one in four comes from the canary. The header X-Canary decides for a single request, whatever the weight.',
        ko: '애너테이션은 바람일 뿐이고, 진실은 트래픽에서만 드러납니다. 튜토리얼 시리즈에서는 이때 k6를 씁니다. 이 실습은 요청을 직접 보내고 응답에 든 Pod 템플릿 해시를 셉니다. 네 번에 한 번쯤 카나리아가 응답합니다. X-Canary 헤더를 붙이면 가중치와 상관없이 그 요청이 갈 곳이 정해집니다.',
      },
      run: [cmd('kubectl', ['get', 'pods', '-n', 'sample-app', '-L', 'deployment,rollouts-pod-template-hash'])],
      checks: [
        split('traffic', 25, { stable: 1, canary: 2 }),
        header('traffic', 'always', 2),
        header('traffic', 'never', 1),
        ...labelled('traffic', { stable: 1, canary: 1 }),
        noFailure('traffic'),
      ],
      notes: [
        note(
          'chance',
          'Each request is an independent draw. Of four requests exactly one reaches the canary in only 42 % of all tries, so a fixed tolerance is wrong; the lab uses an exact binomial bound that calls a correct split wrong once in a million runs.',
          '요청마다 독립적으로 추첨합니다. 요청 네 개 중 정확히 하나가 카나리아에 도달할 확률은 42 %뿐이므로 고정된 허용 오차는 맞지 않습니다. 이 실습은 정확한 이항 분포 한계를 쓰며, 올바른 분배를 틀렸다고 할 확률은 백만 번에 한 번입니다.',
        ),
        note(
          'nginx-lag',
          'nginx may follow the annotation about four seconds later. The lab checks both.',
          'nginx는 애너테이션보다 4초쯤 늦게 반영될 수 있습니다. 이 실습은 둘 다 확인합니다.',
        ),
        note(
          'k6',
          'k6 is among the tutorial’s prerequisites, but its section is gone from the text. If you have it, send GET /success with the Host header sample.app to the ingress; "npm run traffic" does the same without it.',
          'k6는 튜토리얼의 준비물에 있지만 본문에는 그 설명이 빠져 있습니다. k6가 있다면 Host 헤더를 sample.app으로 하여 인그레스에 GET /success를 보내 보세요. 없어도 "npm run traffic"으로 같은 일을 할 수 있습니다.',
        ),
      ],
    }),
    step({
      id: 'look',
      kind: 'invariant',
      title: { en: 'Look at the canary ingress and the Rollout', ko: '카나리아 Ingress와 Rollout 살펴보기' },
      say: {
        en: 'Two ingresses share the host sample.app. The second carries the canary annotations; nobody wrote them by hand.',
        ko: '두 Ingress가 같은 호스트 sample.app을 씁니다. 두 번째 것에 카나리아 애너테이션이 있는데, 사람이 쓴 것이 아닙니다.',
      },
      run: [
        cmd('kubectl', ['get', 'ingress', '-n', 'sample-app']),
        cmd('kubectl', ['describe', 'ingress', canaryIngress.name, '-n', 'sample-app']),
        cmd('kubectl', ['argo', 'rollouts', 'get', 'rollout', 'sample-app', '--watch', '--no-color', '-n', ns], {
          endsWhen: /Paused[\s\S]*revision:1[\s\S]*Pod/,
        }),
      ],
      checks: [
        checks.field(
          { id: 'look-canary', title: { en: 'the second ingress is a canary', ko: '두 번째 Ingress는 카나리아입니다' } },
          { resource: ingresses, key: canaryIngress, path: ['metadata', 'annotations', nginx('canary')], equals: 'true' },
        ),
        checks.field(
          { id: 'look-header', title: { en: 'its header is X-Canary', ko: '헤더 이름은 X-Canary입니다' } },
          { resource: ingresses, key: canaryIngress, path: ['metadata', 'annotations', nginx('canary-by-header')], equals: 'X-Canary' },
        ),
        checks.field(
          { id: 'look-host', title: { en: 'it has the same host as the first', ko: '호스트가 첫 번째 Ingress와 같습니다' } },
          { resource: ingresses, key: canaryIngress, path: ['spec', 'rules', '0', 'host'], equals: 'sample.app' },
        ),
        checks.field(
          { id: 'look-class', title: { en: 'it has the class of the first', ko: '클래스도 첫 번째 Ingress와 같습니다' } },
          { resource: ingresses, key: canaryIngress, path: ['spec', 'ingressClassName'], equals: 'nginx' },
        ),
        checks.field(
          {
            id: 'look-status-weight',
            title: { en: 'the Rollout’s status says 25 too', ko: 'Rollout의 status에도 가중치 25가 적혀 있습니다' },
          },
          { resource: rollouts, key: app, path: ['status', 'canary', 'weights', 'canary', 'weight'], equals: 25 },
        ),
        weight('look', 25),
        ...labelled('look', { stable: 1, canary: 1 }),
        weightsSeen('look', 25),
        noFailure('look'),
      ],
      notes: [
        note(
          'class',
          'The printed output shows CLASS <none> and the annotation kubernetes.io/ingress.class. Both are old: the chart sets ingressClassName, and the canary ingress copies it.',
          '인쇄된 출력의 CLASS <none>과 kubernetes.io/ingress.class 애너테이션은 예전 방식입니다. 이 차트는 ingressClassName을 쓰고, 카나리아 Ingress도 그것을 그대로 따릅니다.',
        ),
        note(
          'watch',
          'With --watch "get rollout" shows every change until you leave it with Ctrl-C. Keep it open beside you. The tutorial prints the name "sample" as well: it means the name of your own Rollout, here sample-app.',
          '"get rollout"에 --watch를 붙이면 Ctrl-C로 나올 때까지 모든 변화를 보여 줍니다. 옆에 띄워 두세요. 튜토리얼에는 "sample"이라는 이름도 나오는데, 자신의 Rollout 이름을 뜻하며 여기서는 sample-app입니다.',
        ),
      ],
    }),
    step({
      id: 'promote',
      title: { en: 'Promote: on to 50 %', ko: '승격: 50 %로' },
      say: {
        en: 'The canary looks good, so promote it. The rollout leaves its pause, goes to 50 % and starts a pause that ends by itself after five minutes.',
        ko: '카나리아에 문제가 없어 보이니 승격합니다. 롤아웃은 일시 중지를 끝내고 50 %로 올라간 다음, 5분 뒤 저절로 끝나는 일시 중지에 들어갑니다.',
      },
      run: [promote()],
      checks: [
        stepIndex('promote', 3),
        phase('promote', 'Paused'),
        weight('promote', 50),
        serviceSelects('promote', 'stable', 1),
        serviceSelects('promote', 'canary', 2),
        ...labelled('promote', { stable: 1, canary: 1 }),
        weightsSeen('promote', 25, 50),
        split('promote', 50, { stable: 1, canary: 2 }),
        noFailure('promote'),
      ],
      notes: [
        note(
          'promote-word',
          'The printed Korean text calls this step, and the button on the dashboard, "advertising": "promote" has both meanings. Here it is a promotion to the stable version, and the button is PROMOTE.',
          '인쇄된 글에는 이 단계와 대시보드의 버튼이 "광고하여 알린다"는 뜻의 말로 옮겨져 있습니다. promote에 두 가지 뜻이 있기 때문입니다. 여기서는 승격이라고 하며, 버튼에는 PROMOTE라고 적혀 있습니다.',
        ),
      ],
    }),
    step({
      id: 'five-minutes',
      title: { en: 'Five minutes later: 75 %', ko: '5분 뒤: 75 %' },
      say: {
        en: 'Nobody has to do anything now. When the five minutes are over the weight rises to 75.',
        ko: '이제 아무것도 하지 않아도 됩니다. 5분이 지나면 가중치가 75로 올라갑니다.',
      },
      run: [timePasses('5m', { until: weight('until-75', 75) })],
      checks: [
        stepIndex('five-minutes', 5),
        phase('five-minutes', 'Paused'),
        weight('five-minutes', 75),
        ...labelled('five-minutes', { stable: 1, canary: 1 }),
        weightsSeen('five-minutes', 50, 75),
        split('five-minutes', 75, { stable: 1, canary: 2 }),
        noFailure('five-minutes'),
      ],
    }),
    step({
      id: 'ten-minutes',
      title: { en: 'Ten minutes later: the canary is the new stable version', ko: '10분 뒤: 카나리아가 새 안정 버전이 됩니다' },
      say: {
        en: 'After the last pause the weight goes to 100, revision 2 becomes stable, the stable Service switches to it, and the weight falls back to 0. The label on the running Pod changes from canary to stable; the Pod itself is not restarted.',
        ko: '마지막 일시 중지가 끝나면 가중치가 100이 되고, 리비전 2가 안정 버전이 되고, 안정 버전 Service가 그쪽으로 바뀐 다음, 가중치는 0으로 돌아갑니다. 실행 중인 Pod의 레이블이 canary에서 stable로 바뀌지만 Pod가 다시 시작되지는 않습니다.',
      },
      run: [timePasses('5m', { until: stable('until-stable', 2) }), untilHealthy(), showTree()],
      checks: [
        stepIndex('ten-minutes', 6),
        phase('ten-minutes', 'Healthy'),
        stable('ten-minutes', 2),
        weight('ten-minutes', 0),
        serviceSelects('ten-minutes', 'stable', 2),
        serviceSelects('ten-minutes', 'canary', 2),
        ...labelled('ten-minutes', { stable: 1, canary: 0 }),
        weightsSeen('ten-minutes', 75, 100, 0),
        allTraffic('ten-minutes', 2),
        happened(
          'ten-minutes',
          { en: 'the rollout is completed', ko: '롤아웃이 완료되었습니다' },
          { reason: 'PatchingCanaryIngress', message: "'100'" },
          { reason: 'RolloutCompleted', message: 'Completed all 6 canary steps' },
          { reason: 'SwitchService', message: "'sample-app'" },
          { reason: 'PatchingCanaryIngress', message: "'0'" },
        ),
        noFailure('ten-minutes'),
      ],
      notes: [
        note(
          'stale-identity',
          'The app still answers "deployment": "canary": it read its label when it started. Count by Pod or Pod template hash, or the next rollout seems to be all canary.',
          '앱은 여전히 "deployment": "canary"라고 응답합니다. 시작할 때 읽은 레이블이기 때문입니다. Pod 이름이나 Pod 템플릿 해시로 세지 않으면 다음 롤아웃이 전부 카나리아처럼 보입니다.',
        ),
        note(
          'old-pods',
          'The old Pods stay for 30 seconds more, so that no request is cut off.',
          '요청이 끊기지 않도록 예전 Pod는 30초 더 남아 있습니다.',
        ),
      ],
    }),
    step({
      id: 'set-image-again',
      title: { en: 'Another image: 25 % again', ko: '또 다른 이미지: 다시 25 %' },
      say: { en: 'A third version, and the same first step.', ko: '세 번째 버전입니다. 첫 단계는 같습니다.' },
      run: [setImage('3.0.0')],
      checks: [
        phase('set-image-again', 'Paused'),
        revision('set-image-again', 3),
        weight('set-image-again', 25),
        serviceSelects('set-image-again', 'canary', 3),
        ...labelled('set-image-again', { stable: 1, canary: 1 }),
        header('set-image-again', 'always', 3),
        noFailure('set-image-again'),
      ],
    }),
    step({
      id: 'promote-full',
      title: { en: 'Full promotion: skip every step', ko: '전체 승격: 모든 단계 건너뛰기' },
      say: {
        en: 'Sure of it? A full promotion skips the steps that are left. The weight goes straight to 0, because the stable Service now selects the new version.',
        ko: '확신이 있다면 전체 승격으로 남은 단계를 모두 건너뛸 수 있습니다. 안정 버전 Service가 새 버전을 선택하게 되므로 가중치는 곧바로 0이 됩니다.',
      },
      run: [promoteFully(), untilHealthy()],
      checks: [
        phase('promote-full', 'Healthy'),
        stepIndex('promote-full', 6),
        stable('promote-full', 3),
        weight('promote-full', 0),
        serviceSelects('promote-full', 'stable', 3),
        ...labelled('promote-full', { stable: 1, canary: 0 }),
        weightsSeen('promote-full', 25, 0),
        allTraffic('promote-full', 3),
        happened(
          'promote-full',
          { en: 'because full promotion was requested', ko: '전체 승격 요청으로 완료되었습니다' },
          { reason: 'RolloutCompleted', message: 'Full promotion requested' },
        ),
        noFailure('promote-full'),
      ],
    }),
    step({
      id: 'set-image-bad',
      title: { en: 'A version that we will regret', ko: '후회하게 될 버전' },
      say: {
        en: 'Version 4.0.0 gets its 25 %. Suppose that the first users report trouble.',
        ko: '4.0.0 버전이 25 %를 받습니다. 처음 접한 사용자들이 문제를 알려 왔다고 합시다.',
      },
      run: [setImage('4.0.0')],
      checks: [
        phase('set-image-bad', 'Paused'),
        revision('set-image-bad', 4),
        weight('set-image-bad', 25),
        serviceSelects('set-image-bad', 'canary', 4),
        ...labelled('set-image-bad', { stable: 1, canary: 1 }),
        noFailure('set-image-bad'),
      ],
    }),
    step({
      id: 'abort',
      minutes: 2,
      title: { en: 'Abort: all traffic back at once', ko: '중단: 모든 트래픽을 즉시 되돌리기' },
      say: {
        en: 'Abort. The weight falls to 0 and the canary Service points back to the stable Pods, so even X-Canary: always reaches the stable version. The Rollout is Degraded: what runs is not what its spec asks for.',
        ko: '중단합니다. 가중치가 0이 되고 카나리아 Service도 안정 버전 Pod를 가리키므로, X-Canary: always 요청까지 안정 버전에 도달합니다. Rollout은 Degraded 상태가 됩니다. 실행 중인 것과 spec이 요구하는 것이 다르기 때문입니다.',
      },
      run: [abort()],
      checks: [
        phase('abort', 'Degraded'),
        message(
          'abort',
          { en: 'it says which revision was aborted', ko: '어느 리비전이 중단되었는지 알려 줍니다' },
          'RolloutAborted: Rollout aborted update to revision 4',
        ),
        weight('abort', 0),
        stepIndex('abort', 0),
        stable('abort', 3),
        serviceSelects('abort', 'canary', 3),
        serviceSelects('abort', 'stable', 3),
        // The canary's Pods are about to go: how many there are is checked when they have gone.
        ...labelled('abort', { stable: 1 }),
        weightsSeen('abort', 25, 0),
        allTraffic('abort', 3),
        header('abort', 'always', 3),
        noFailure('abort'),
      ],
      notes: [
        note(
          'abort-header',
          'After an abort "X-Canary: always" gives you the stable version. Do not test a canary that is no longer there.',
          '중단한 뒤에는 "X-Canary: always"로 보내도 안정 버전이 응답합니다. 이미 없는 카나리아를 시험하지 마세요.',
        ),
      ],
    }),
    step({
      id: 'abort-delay',
      title: { en: 'Half a minute later: the canary’s Pods are gone', ko: '30초 뒤: 카나리아 Pod가 사라집니다' },
      say: {
        en: 'The aborted Pods are kept for 30 seconds, in case you change your mind. The Rollout stays Degraded until it gets another template or a retry.',
        ko: '중단된 Pod는 마음이 바뀔 때를 대비해 30초 동안 남아 있습니다. Rollout은 다른 템플릿을 받거나 재시도할 때까지 Degraded 상태로 있습니다.',
      },
      run: [
        timePasses('35s', {
          until: checks.count(
            { id: 'until-no-canary', title: { en: 'no canary Pod', ko: '카나리아 Pod 없음' } },
            { resource: pods, namespace: ns, labelSelector: 'deployment=canary', equals: 0 },
          ),
        }),
      ],
      checks: [...labelled('abort-delay', { stable: 1, canary: 0 }), phase('abort-delay', 'Degraded'), noFailure('abort-delay')],
    }),
    step({
      id: 'retry',
      minutes: 2,
      title: { en: 'Retry: the same version from the first step', ko: '재시도: 같은 버전을 첫 단계부터' },
      say: {
        en: 'Was it only a hiccup of something else? A retry takes the aborted revision through the steps again, from 0 to 25 % and the pause. The revision stays 4.',
        ko: '다른 곳의 일시적인 문제였다면 재시도할 수 있습니다. 중단된 리비전을 0에서 25 %, 일시 중지까지 처음부터 다시 진행합니다. 리비전은 4 그대로입니다.',
      },
      run: [rolloutCommand('retry', 'rollout', 'sample-app')],
      checks: [
        phase('retry', 'Paused'),
        revision('retry', 4),
        stepIndex('retry', 1),
        weight('retry', 25),
        serviceSelects('retry', 'canary', 4),
        ...labelled('retry', { stable: 1, canary: 1 }),
        weightsSeen('retry', 0, 25),
        noFailure('retry'),
      ],
    }),
    step({
      id: 'recover',
      title: { en: 'Recover: ask for the version that runs', ko: '복구: 실행 중인 버전을 다시 지정' },
      say: {
        en: 'It was no hiccup. Set the image back to 3.0.0. That is the template of the stable Pods, so there is nothing to roll out: no steps, no pause, Healthy at once, under a new revision number.',
        ko: '일시적인 문제가 아니었습니다. 이미지를 3.0.0으로 되돌려 지정합니다. 안정 버전 Pod와 같은 템플릿이므로 배포할 것이 없습니다. 단계도 일시 중지도 없이 곧바로 Healthy가 되고, 리비전 번호만 새로 붙습니다.',
      },
      run: [setImage('3.0.0'), untilHealthy()],
      checks: [
        phase('recover', 'Healthy'),
        revision('recover', 5),
        stable('recover', 5),
        weight('recover', 0),
        serviceSelects('recover', 'stable', 5),
        serviceSelects('recover', 'canary', 5),
        ...labelled('recover', { stable: 1, canary: 0 }),
        weightsSeen('recover', 25, 0),
        allTraffic('recover', 5),
        noFailure('recover'),
      ],
    }),
    step({
      id: 'undo',
      minutes: 2,
      title: { en: 'Undo: a new revision that runs the steps again', ko: '되돌리기: 단계를 다시 거치는 새 리비전' },
      say: {
        en: 'Undo takes the template of the revision with the next lower number and rolls it out, as revision 6, from the first step on. Here that is version 4.0.0, the one we aborted: undo goes by number, not by what was good. To choose, add --to-revision.',
        ko: '되돌리기는 바로 앞 번호 리비전의 템플릿을 가져와 리비전 6으로, 첫 단계부터 다시 배포합니다. 여기서는 방금 중단한 4.0.0이 그것입니다. 되돌리기는 좋았던 버전이 아니라 번호를 기준으로 하기 때문입니다. 직접 고르려면 --to-revision을 붙입니다.',
      },
      run: [undo()],
      checks: [
        phase('undo', 'Paused'),
        revision('undo', 6),
        stepIndex('undo', 1),
        weight('undo', 25),
        stable('undo', 5),
        serviceSelects('undo', 'canary', 6),
        serviceSelects('undo', 'stable', 5),
        ...labelled('undo', { stable: 1, canary: 1 }),
        weightsSeen('undo', 0, 25),
        split('undo', 25, { stable: 5, canary: 6 }),
        noFailure('undo'),
      ],
      notes: [
        note(
          'undo-rolls-forward',
          'Undo is a roll-forward: an older template becomes a new revision and every step runs again, the endless pause at 25 % too.',
          '되돌리기는 사실 앞으로 나아가는 배포입니다. 예전 템플릿이 새 리비전이 되고, 25 %에서 끝없이 기다리는 일시 중지까지 모든 단계를 다시 거칩니다.',
        ),
      ],
    }),
    step({
      id: 'undo-halfway',
      title: { en: 'Undo half way: back to stable without steps', ko: '도중에 되돌리기: 단계 없이 안정 버전으로' },
      say: {
        en: 'Undo again, while revision 6 waits. The revision before it is the stable one, so the rollout goes back at once.',
        ko: '리비전 6이 기다리는 동안 한 번 더 되돌립니다. 바로 앞 리비전이 안정 버전이므로 롤아웃은 곧바로 돌아갑니다.',
      },
      run: [undo(), untilHealthy(), showTree()],
      checks: [
        phase('undo-halfway', 'Healthy'),
        revision('undo-halfway', 7),
        stepIndex('undo-halfway', 6),
        weight('undo-halfway', 0),
        stable('undo-halfway', 7),
        serviceSelects('undo-halfway', 'stable', 7),
        serviceSelects('undo-halfway', 'canary', 7),
        ...labelled('undo-halfway', { stable: 1, canary: 0 }),
        weightsSeen('undo-halfway', 25, 0),
        allTraffic('undo-halfway', 7),
        happened(
          'undo-halfway',
          { en: 'the steps were skipped', ko: '단계를 건너뛰었습니다' },
          { reason: 'SkipSteps', message: 'Rollback to stable ReplicaSets' },
        ),
        noFailure('undo-halfway'),
      ],
      notes: [
        note(
          'rollback-easy',
          'The original says that rolling back is easy; the translation says the opposite. You have just seen both kinds: an undo that runs every step, and one that is over at once.',
          '원문은 롤백이 쉽다고 하고 번역문은 반대로 말합니다. 방금 두 가지를 모두 보았습니다. 모든 단계를 거치는 되돌리기와, 곧바로 끝나는 되돌리기입니다.',
        ),
      ],
    }),
    step({
      id: 'canary-scale',
      minutes: 2,
      title: { en: 'More Pods than the weight asks for: setCanaryScale', ko: '가중치보다 많은 Pod: setCanaryScale' },
      say: {
        en: 'With traffic routing a canary has as many Pods as its weight needs. The step setCanaryScale says otherwise: here three Pods for 25 % of the traffic, for example to warm caches up. Other steps are other rules for the next rollout only: the Rollout stays Healthy until the image changes.',
        ko: '트래픽 라우팅을 쓰면 카나리아 Pod 수는 가중치에 맞춰집니다. setCanaryScale 단계로 다르게 정할 수 있습니다. 여기서는 캐시를 미리 데우는 경우처럼 트래픽 25 %에 Pod를 세 개 둡니다. 단계를 바꾸면 다음 롤아웃부터 적용되며, 이미지가 바뀔 때까지 Rollout은 Healthy 상태로 있습니다.',
      },
      run: [
        patchRollout({ strategy: { canary: { steps: [{ setCanaryScale: { replicas: 3 } }, { setWeight: 25 }, { pause: {} }] } } }),
        setImage('5.0.0'),
        untilPaused(),
        cmd('kubectl', ['get', 'pods', '-n', ns, '-L', 'deployment']),
      ],
      checks: [
        phase('canary-scale', 'Paused'),
        revision('canary-scale', 8),
        weight('canary-scale', 25),
        checks.replicaSet(
          {
            id: 'canary-scale-replicas',
            title: { en: 'the canary’s ReplicaSet asks for three Pods', ko: '카나리아의 ReplicaSet이 Pod 세 개를 요청합니다' },
          },
          { rollout: app, revision: 8, replicas: 3 },
        ),
        ...labelled('canary-scale', { stable: 1, canary: 3 }),
        weightsSeen('canary-scale', 0, 25),
        split('canary-scale', 25, { stable: 7, canary: 8 }),
        noFailure('canary-scale'),
      ],
      notes: [
        note(
          'set-canary-scale',
          'The tutorial’s "setCanaryScale: 4" is refused: the step wants replicas, weight or matchTrafficWeight. Mind the traffic: a low scale with a high weight sends many requests to few Pods.',
          '튜토리얼의 "setCanaryScale: 4"는 거부됩니다. replicas, weight, matchTrafficWeight 중 하나를 써야 합니다. 트래픽에 주의하세요. Pod가 적은데 가중치가 높으면 많은 요청이 적은 Pod로 몰립니다.',
        ),
      ],
    }),
  ],
});
