import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { quoteCommand } from '../src/base/shell-quote.ts';
import { curlWords } from '../src/harness/curl-words.ts';
import type { Action, Lab, Step, Variables } from '../src/harness/lab.ts';
import { wordsIn } from '../src/harness/renderers/words.ts';
import { wordsOf } from '../src/harness/run-action.ts';
import type { Language } from '../src/harness/text.ts';

/** What the commands printed in a real run, by step and number of the action. */
export type Outputs = ReadonlyMap<string, string>;

const CHARTS = {
  'ingress-nginx': 'https://kubernetes.github.io/ingress-nginx',
  argo: 'https://argoproj.github.io/argo-helm',
  'prometheus-community': 'https://prometheus-community.github.io/helm-charts',
};
const INGRESS = 'http://127.0.0.1:8080';

const WORDS = {
  en: {
    other: '[한국어](README.ko.md)',
    run: 'Run it',
    type: 'Type it yourself, with hints',
    minutes: (n: number) => `About ${n} minutes.`,
    checked: 'What is checked',
    proof: 'What each check notices: [proof.md](proof.md).',
    made: 'Made from lab.ts and a real run by scripts/update-lab-readmes.ts',
  },
  ko: {
    other: '[English](README.md)',
    run: '실행하기',
    type: '힌트를 보며 직접 입력하기',
    minutes: (n: number) => `약 ${n}분 걸립니다.`,
    checked: '확인하는 것',
    proof: '각 검사가 무엇을 알아차리는지는 [proof.md](proof.md)에 있습니다.',
    made: 'lab.ts와 실제 실행 결과로 scripts/update-lab-readmes.ts가 만듭니다',
  },
} as const;

/** The README of a lab: all that a learner reads, the commands, and (with `outputs`) what they printed. */
export function labReadme(lab: Lab, lang: Language, folder: string, outputs: Outputs = new Map()): string {
  const words = WORDS[lang];
  const variables = lab.variables({
    chartRepositories: CHARTS,
    ingressUrl: INGRESS,
    kubernetesVersion: 'v1.34.0',
    shipped: (file) => file,
  });
  const about = path.join(folder, lang === 'ko' ? 'about.ko.md' : 'about.md');
  const number = lab.id.split('-')[0];
  return [
    `# ${number} · ${lab.title[lang]}`,
    '',
    `<!-- ${words.made} -->`,
    '',
    words.other,
    '',
    lab.summary[lang],
    '',
    `${words.minutes(lab.steps.reduce((sum, step) => sum + step.minutes, 0))} ${words.proof}`,
    '',
    `    npm run lab -- ${number}                # ${words.run}`,
    `    npm run lab -- ${number} --hands-on     # ${words.type}`,
    '',
    ...lab.steps.flatMap((step, index) => stepLines(step, index, lang, variables, outputs)),
    ...(existsSync(about) ? [readFileSync(about, 'utf8').trim(), ''] : []),
  ].join('\n');
}

function stepLines(step: Step, index: number, lang: Language, variables: Variables, outputs: Outputs): string[] {
  const commands = step.run.flatMap((action, number) => {
    const printed = outputs.get(`${step.id} ${number}`)?.trimEnd();
    return [
      shownLine(action, variables, lang),
      ...(printed === undefined || printed === '' ? [] : printed.split('\n').map((line) => line.trimEnd())),
      '',
    ];
  });
  return [
    `## ${index + 1}. ${step.title[lang]}`,
    '',
    step.say[lang],
    '',
    ...(commands.length === 0 ? [] : ['```console', ...commands.slice(0, -1), '```', '']),
    `${WORDS[lang].checked}:`,
    '',
    ...step.checks.map((check) => `- ${check.title[lang]}`),
    '',
    ...(step.why === undefined ? [] : [`**${wordsIn(lang).why}**: ${step.why[lang]}`, '']),
    ...step.notes.flatMap((note) => [`> ${wordsIn(lang).note}: ${note.text[lang]}`, '']),
  ];
}

function shownLine(action: Action, variables: Variables, lang: Language): string {
  switch (action.do) {
    case 'command':
      return `$ ${quoteCommand([action.program, ...wordsOf(action, variables)])}`;
    case 'list-files':
      return `$ ${quoteCommand(['ls', '-1', action.folder(variables) ?? '.'])}`;
    case 'request':
      return `$ ${quoteCommand(curlWords(action.request, INGRESS))}`;
    case 'time-passes':
      return `$ # ${wordsIn(lang).timePasses(action.duration, 'jump')}`;
  }
}

/** The README without what commands printed: that part differs from run to run. */
export function withoutOutputs(text: string): string {
  return text.replace(
    /```console\n([\s\S]*?)```/g,
    (_, body: string) =>
      `\`\`\`console\n${body
        .split('\n')
        .filter((line) => line.startsWith('$ '))
        .join('\n')}\`\`\``,
  );
}

/** Commands whose output teaches something; the rest only say that they worked. */
export function isTelling(action: Action): boolean {
  if (action.do === 'list-files') return true;
  if (action.do === 'request') return true;
  if (action.do !== 'command' || action.endsWhen !== undefined) return false;
  const words = typeof action.words === 'function' ? [] : action.words.map(String);
  return words[0] === 'get' || words[0] === 'describe' || words[0] === 'history' || words.slice(0, 3).join(' ') === 'argo rollouts get';
}
