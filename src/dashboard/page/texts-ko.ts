import type { Texts } from './texts-en.ts';

/** 화면에 쓰이는 한국어 문구. */
export const ko: Texts = {
  appName: 'Argo Rollouts', skipToContent: '본문으로 건너뛰기', language: '언어', dark: '어둡게', light: '밝게', theme: '색상', namespace: '네임스페이스', context: '컨텍스트', readOnly: '읽기 전용',
  connectionLost: '대시보드와 연결이 끊겼습니다. 다시 연결하는 중…', loading: '불러오는 중…', close: '닫기', cancel: '취소', dismiss: '닫기',
  statuses: { Healthy: '정상', Progressing: '진행 중', Paused: '일시 중지', Degraded: '이상', Unknown: '알 수 없음', ScaledDown: '축소됨', Running: '실행 중', Successful: '성공', Failed: '실패', Error: '오류', Inconclusive: '판정 불가', Pending: '대기', ReplicaFailure: '레플리카 오류' },

  rollouts: '롤아웃', search: '검색', searchHint: '이름, !제외, "정확히", 레이블:값', filterByStatus: '상태별 보기', favourites: '즐겨찾기', needsAttention: '확인 필요', grid: '카드', table: '표', view: '보기',
  noRollouts: '표시할 롤아웃이 없습니다!', noRolloutsHint: '이 네임스페이스에는 아직 롤아웃이 없습니다. 예를 들어 다음과 같이 배포해 보세요.', noMatch: '검색어와 필터에 맞는 롤아웃이 없습니다.', clearFilters: '모두 보기',
  addFavourite: (name) => `${name} 즐겨찾기에 추가`, removeFavourite: (name) => `${name} 즐겨찾기에서 제거`,
  strategy: '전략', weight: '가중치', status: '상태', name: '이름', step: '단계', pods: '파드', revision: '리비전', noPods: '파드가 없습니다!', noReplicaSets: '레플리카셋이 없습니다!', ready: '준비',
  shownCount: (shown, all) => (shown === all ? `${all}개` : `${all}개 중 ${shown}개`),

  back: '전체 롤아웃', notFound: (name) => `"${name}" 롤아웃이 없습니다.`, waitingForRollout: '롤아웃이 생기면 바로 표시됩니다.',
  summary: '요약', setWeight: '설정 가중치', actualWeight: '실제 가중치', replicas: '레플리카', desired: '목표', updated: '새 버전', available: '사용 가능', current: '현재', readyCount: '준비됨',
  steps: '단계', noSteps: '이 롤아웃에는 단계가 없습니다.', stepDone: '완료', stepCurrent: '지금', stepNext: '예정',
  stepTexts: {
    setWeight: (percent) => `가중치 설정: ${percent}%`, pause: '일시 중지', pauseFor: (duration) => `일시 중지: ${duration}`, analysis: '분석', scale: '카나리 스케일', experiment: '실험',
    setHeader: (name) => `헤더 설정: ${name}`, removeHeader: (name) => `헤더 제거: ${name}`, setMirror: (name) => `미러 설정: ${name}`, removeMirror: (name) => `미러 제거: ${name}`, unknown: '알 수 없는 단계',
  },
  timeLeft: (time) => `${time} 남음`, untilPromoted: '승격할 때까지',

  actions: { 'promote': '승격', 'promote-full': '전체 승격', 'abort': '중단', 'retry': '재시도', 'restart': '재시작' }, actionsOf: (name) => `${name} 작업`,
  areYouSure: '계속하시겠습니까?', yes: (action) => `예, ${action}`,
  confirms: {
    'promote-full': '남은 단계, 일시 중지, 분석을 모두 건너뛰고 새 버전이 모든 트래픽을 받습니다.', 'abort': '모든 트래픽이 즉시 안정 버전으로 돌아갑니다.', 'restart': '모든 파드를 몇 개씩 교체합니다.',
  },
  neverRestarted: '재시작한 적 없음', lastRestarted: (time) => `마지막 재시작: ${time}`, notAllowed: '이 작업을 할 권한이 없습니다.', failedTo: (action) => `${action}: 실패했습니다`, done: (action) => `${action}: 요청했습니다`,

  containers: '컨테이너', initContainers: '초기화 컨테이너', edit: '편집', save: '저장', image: '이미지', imageOf: (name) => `${name} 이미지`, imageNeedsTag: 'shop:1.2.0처럼 태그까지 적어 주세요.', confirmImages: '새 리비전이 시작되고 첫 단계부터 실행됩니다.',

  revisions: '리비전', revisionN: (number) => `리비전 ${number}`, rollback: '롤백', rollbackTo: (number) => `리비전 ${number}(으)로 롤백`, confirmRollback: (number) => `리비전 ${number}의 파드 템플릿을 다시 적용합니다. 새 리비전이 만들어지고 단계를 다시 거칩니다.`,
  scaledownIn: (time) => `${time} 후 축소`, tags: { stable: '안정', canary: '카나리', active: '활성', preview: '미리보기', ping: 'ping', pong: 'pong' }, podTitle: (name, status, ready) => `${name}: ${status}, 준비 ${ready}`, restarts: (count) => `재시작 ${count}회`, availableOf: (available, replicas) => `${replicas}개 중 ${available}개 사용 가능`, experiments: '실험',

  analysisRuns: '분석 실행', measurements: '측정값', metric: '메트릭', value: '값', time: '시각', result: '결과', condition: '조건', successWhen: '성공 조건', failsWhen: '실패 조건', noMeasurements: '아직 측정값이 없습니다.', counts: (good, bad, unclear, errors) => `성공 ${good}, 실패 ${bad}, 판정 불가 ${unclear}, 오류 ${errors}`,

  conditions: '컨디션', events: '이벤트', noEvents: '이벤트가 없습니다.', reason: '이유', message: '메시지', times: (count) => `${count}회`,

  traffic: '트래픽의 실제 흐름', trafficWanted: '목표', trafficMeasured: '측정', canary: '카나리', stable: '안정 버전', others: '그 외', trafficWindow: (seconds, requests) => `최근 ${seconds}초, 요청 ${requests}건`, plusMinus: (percent) => `± ${percent}`,
  trafficFrom: (url, rate) => `이 화면이 열려 있는 동안 대시보드가 ${url}에 초당 ${rate}건씩 요청을 보냅니다.`, p95: '95 % 응답 시간', ms: (value) => `${value} ms`, failures: '실패', statusCodes: '상태 코드', noAnswer: '응답 없음',
  trafficUnavailable: {
    'no-address': '인그레스 주소를 알 수 없습니다. 측정하려면 대시보드를 --ingress http://127.0.0.1:포트 옵션으로 시작하세요.', 'no-ingress': '이 롤아웃은 ingress-nginx의 인그레스로 트래픽을 나누지 않으므로 측정할 것이 없습니다.',
    'not-local': '인그레스가 이 컴퓨터에 있지 않습니다. 루프백 주소만 측정합니다.', 'off': '측정이 꺼져 있습니다.',
  },
  chartLabel: (measured, wanted) => `시간에 따른 카나리 비율. 현재 측정: ${measured}, 목표: ${wanted}.`, secondsAgo: (seconds) => `${seconds}초 전`, nowLabel: '지금',

  why: '이유',
  waiting: {
    'nothing': '진행 중인 배포가 없습니다. 안정 버전이 모든 트래픽을 받습니다.', 'promotion': '사용자를 기다리고 있습니다. 계속하려면 승격을 누르세요.', 'unpause': '일시 중지가 끝나 곧 계속됩니다.', 'paused-by-hand': '누군가 롤아웃을 직접 일시 중지했습니다. 승격하면 다시 진행됩니다.',
    'observation': '컨트롤러가 아직 최근 변경을 보지 못했습니다.', 'analysis': '컨트롤러가 분석 결과를 기다리고 있습니다.', 'inconclusive': '측정 결과로 판정할 수 없습니다. 승격하면 계속하고 중단하면 되돌아갑니다.', 'experiment': '컨트롤러가 실험이 끝나기를 기다리고 있습니다.',
    'restart': '파드를 교체하고 있습니다.', 'full-promotion': '새 버전이 모든 트래픽을 받을 준비를 하고 있으며, 남은 단계는 건너뜁니다.', 'steps': '컨트롤러가 단계를 진행하고 있습니다.', 'old-pods': '새 버전은 준비되었고 이전 파드가 종료되고 있습니다.', 'invalid': '롤아웃 스펙이 잘못되어 컨트롤러가 처리하지 않습니다.', 'unknown': '컨트롤러가 무엇을 기다리는지 알리지 않았습니다.',
  },
  waitingTimer: (time) => `시간이 정해진 일시 중지입니다. ${time} 후 자동으로 계속됩니다. 승격하면 바로 끝납니다.`, waitingPods: (available, wanted) => `파드를 기다리고 있습니다. ${wanted}개 중 ${available}개를 사용할 수 있습니다.`,
  waitingAborted: '업데이트가 중단되어 안정 버전이 모든 트래픽을 받습니다. 재시도하면 다시 시작하고, 롤백하거나 새 이미지를 지정하면 바뀝니다.', waitingDeadline: '새 파드가 제한 시간 안에 준비되지 않았습니다. 아래에서 파드 상태를 확인하세요.',

  lesson: '실습', lessonSteps: '실습 단계', expected: '기대', observed: '관찰', outcomes: { running: '진행 중', pass: '통과', fail: '실패', skip: '생략', waiting: '예정', interrupted: '중단됨' },
};
