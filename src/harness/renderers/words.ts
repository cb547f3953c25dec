import type { Language } from '../text.ts';

export interface Words {
  step(index: number, of: number): string;
  expected: string;
  observed: string;
  look: string;
  next: string;
  note: string;
  skipped: string;
  timePasses(duration: string, how: 'jump' | 'wait'): string;
  exitCode(code: number): string;
  why: string;
  hint: string;
  solved: string;
  /** Above the commands that the learner types. */
  yourTurn: string;
  keys(waitsFor: 'checks' | 'key'): string;
  wentBack(how: 'back' | 'from', title: string): string;
  backImpossible: string;
  notYet: string;
  quit: string;
  presenter: { checks: string; keys: string; beforeCommand: string };
  /** Below the text while a step runs. */
  live: {
    step(position: string): string;
    weight(percent: string): string;
    revision(number: number): string;
    restarts(count: number): string;
    traffic: string;
    requests(requests: number, failures: number): string;
    more(lines: number): string;
    waits: string;
  };
  summary(outcome: 'pass' | 'fail' | 'interrupted', counts: { pass: number; fail: number; skip: number }, seconds: string): string;
  report: {
    steps: string;
    check: string;
    outcome: string;
    traffic(requests: number, failures: number): string;
    timeline: string;
    commands: string;
  };
}

const EN: Words = {
  step: (index, of) => `Step ${index} of ${of}`,
  expected: 'expected',
  observed: 'observed',
  look: 'look',
  next: 'next',
  note: 'Note',
  skipped: 'skipped',
  timePasses: (duration, how) => (how === 'jump' ? `${duration} pass (virtual time)` : `waiting while ${duration} pass`),
  exitCode: (code) => `exit code ${code}`,
  why: 'Why',
  hint: 'Hint',
  solved: 'done on the way',
  wentBack: (how, title) =>
    how === 'back'
      ? 'The cluster is as it was at the start of this step.'
      : `The cluster is as an earlier run left it at the start of: ${title}`,
  backImpossible: 'This cluster keeps no snapshots, so what you have changed stays as it is. Here is the step again:',
  notYet: 'not yet',
  yourTurn: 'Your turn. Type in another terminal:',
  keys: (waitsFor) =>
    waitsFor === 'key'
      ? 'Enter: go on · s: let the lab type · h: hint · b: begin the step again · q: stop here'
      : 'The lab goes on when it sees the change. h: hint · s: let the lab do it (… lets time pass) · b: begin the step again · q: stop here',
  quit: 'Stopped. Go on later with: canary-lab lab --resume',
  presenter: {
    checks: 'Does it hold?',
    keys: 'Space: go on · ←: look back · q: quit',
    beforeCommand: 'Space: run it · ←: look back · q: quit',
  },
  live: {
    step: (position) => `step ${position}`,
    weight: (percent) => `weight ${percent} %`,
    revision: (number) => `revision ${number}`,
    restarts: (count) => `restarts ${count}`,
    traffic: 'traffic',
    requests: (requests, failures) => `${requests} requests, ${failures} failed`,
    more: (lines) => `… ${lines} more`,
    waits: 'waiting for you',
  },
  summary: (outcome, { pass, fail, skip }, seconds) => {
    const rest = `${pass} checks passed, ${fail} failed, ${skip} skipped in ${seconds} s`;
    return outcome === 'pass' ? `All is well: ${rest}.` : outcome === 'fail' ? `Not done: ${rest}.` : `Interrupted: ${rest}.`;
  },
  report: {
    steps: 'Steps',
    check: 'Check',
    outcome: 'Outcome',
    traffic: (requests, failures) => `${requests} requests in the background, ${failures} failed`,
    timeline: 'Weight over time',
    commands: 'Commands',
  },
};

const KO: Words = {
  step: (index, of) => `${of}단계 중 ${index}단계`,
  expected: '기대한 값',
  observed: '관찰한 값',
  look: '확인 명령',
  next: '다음에 할 일',
  note: '참고',
  skipped: '건너뜀',
  timePasses: (duration, how) => (how === 'jump' ? `${duration} 경과(가상 시간)` : `${duration}이(가) 지나기를 기다리는 중`),
  exitCode: (code) => `종료 코드 ${code}`,
  why: '이유',
  hint: '힌트',
  solved: '미리 완료',
  wentBack: (how, title) =>
    how === 'back'
      ? '클러스터를 이 단계를 시작할 때의 상태로 되돌렸습니다.'
      : `클러스터를 이전 실행이 남긴 단계 시작 상태로 되돌렸습니다: ${title}`,
  backImpossible: '이 클러스터는 스냅숏을 지원하지 않아 바꾼 내용은 그대로 둡니다. 단계를 다시 보여 드립니다.',
  notYet: '아직',
  yourTurn: '직접 해 볼 차례입니다. 다른 터미널에서 입력하세요.',
  keys: (waitsFor) =>
    waitsFor === 'key'
      ? 'Enter: 계속 · s: 대신 실행 · h: 힌트 · b: 단계 처음으로 · q: 여기서 멈춤'
      : '변화가 보이면 자동으로 넘어갑니다. h: 힌트 · s: 대신 실행(…은 시간 경과) · b: 단계 처음으로 · q: 여기서 멈춤',
  quit: '멈췄습니다. 나중에 이어서 하려면: canary-lab lab --resume',
  presenter: {
    checks: '확인해 봅시다',
    keys: 'Space: 계속 · ←: 이전 화면 · q: 끝내기',
    beforeCommand: 'Space: 실행 · ←: 이전 화면 · q: 끝내기',
  },
  live: {
    step: (position) => `단계 ${position}`,
    weight: (percent) => `가중치 ${percent} %`,
    revision: (number) => `리비전 ${number}`,
    restarts: (count) => `재시작 ${count}회`,
    traffic: '트래픽',
    requests: (requests, failures) => `요청 ${requests}개 중 ${failures}개 실패`,
    more: (lines) => `… ${lines}줄 더 있음`,
    waits: '입력을 기다리는 중',
  },
  summary: (outcome, { pass, fail, skip }, seconds) => {
    const rest = `검사 ${pass}개 통과, ${fail}개 실패, ${skip}개 건너뜀(${seconds}초)`;
    return outcome === 'pass'
      ? `모두 정상입니다. ${rest}.`
      : outcome === 'fail'
        ? `끝내지 못했습니다. ${rest}.`
        : `중단되었습니다. ${rest}.`;
  },
  report: {
    steps: '단계',
    check: '검사',
    outcome: '결과',
    traffic: (requests, failures) => `백그라운드 요청 ${requests}개 중 ${failures}개 실패`,
    timeline: '시간에 따른 가중치',
    commands: '명령',
  },
};

/** The words around a lab's own texts. */
export function wordsIn(lang: Language): Words {
  return lang === 'ko' ? KO : EN;
}
