import { access, constants, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { parseDuration } from '../base/duration.ts';
import { LabError, messageOf } from '../base/errors.ts';
import { freshSeed } from '../base/random.ts';
import type { TimeMode } from '../harness/action-context.ts';
import type { Lab } from '../harness/lab.ts';
import type { LabSettings } from '../harness/lab-settings.ts';
import { loadLab } from '../harness/load-lab.ts';
import { createJsonRenderer } from '../harness/renderers/json.ts';
import { createPlainRenderer } from '../harness/renderers/plain.ts';
import { Presenter } from '../harness/renderers/presenter.ts';
import type { Renderer } from '../harness/renderers/renderer.ts';
import type { Screen } from '../harness/renderers/screen.ts';
import { TerminalRenderer } from '../harness/renderers/terminal.ts';
import { writeReport } from '../harness/renderers/write-report.ts';
import type { LabReport } from '../harness/report.ts';
import { runLab } from '../harness/run-lab.ts';
import { selectSteps } from '../harness/select-steps.ts';
import type { Language } from '../harness/text.ts';
import { type App, EXIT } from './app.ts';
import type { clientTools } from './client-environment.ts';
import { clusterDown, selectionLines } from './cluster-command.ts';
import { writeJobSummary } from './job-summary.ts';
import { startLabDashboard } from './lab-dashboard.ts';
import { labFiles } from './lab-files.ts';
import { forgetProgress, type LabProgress, readProgress, writeProgress } from './lab-progress.ts';
import { BUILT_HERE, openLabSession } from './lab-session.ts';
import { languageOf } from './language.ts';
import { learnerAt } from './learner-keys.ts';
import type { Outcome } from './outcome.ts';
import { type PresenterKeys, presenterKeysAt } from './presenter-keys.ts';
import { stepPromptOn } from './step-prompt.ts';

const LAST_KEY = {
  en: 'Look around as long as you like. Enter ends the cluster.',
  ko: '원하는 만큼 둘러보세요. Enter 키를 누르면 클러스터를 끝냅니다.',
} as const;

interface LabOptions {
  cluster: string;
  context?: string;
  lang?: string;
  step?: boolean;
  present?: boolean;
  from?: string;
  until?: string;
  keep?: boolean;
  handsOn?: boolean;
  resume?: boolean;
  commandTimeout?: string;
  time?: string;
  report?: string;
  json?: boolean;
  seed?: string;
  timeout?: string;
  yes?: boolean;
  dashboard?: boolean;
  image?: string;
  kubernetes?: string;
  argoRollouts?: string;
  chart?: string;
}

/** `canary-lab lab [LAB…]`: runs labs, each on a cluster of its own. Exit code 1 as soon as a check has failed. */
export function addLabCommand(program: Command, app: App, outcome: Outcome): void {
  program
    .command('lab')
    .argument('[lab...]', 'ids of labs, paths of lab files, or "all" (default: 02-automated-canary)')
    .description('run labs and check every step')
    .option('--cluster <name>', 'embedded, kind, minikube, k3s or existing', 'embedded')
    .option('--context <context>', 'context of the kubeconfig (with --cluster existing)')
    .option('--yes', 'use a context that is not on this machine without asking (with --cluster existing)')
    .option('--image <repository>', 'registry and repository from which the cluster pulls the sample app (default: built here and loaded)')
    .option('--argo-rollouts <version>', 'version of the argo-rollouts chart (default: the one that the lab pins)')
    .option('--chart <folder>', 'chart of your own, for labs that ask for one')
    .option('--kubernetes <version>', 'version to create, as v1.34.0 (with --cluster kind, minikube or k3s)')
    .option('--lang <language>', 'en or ko (default: from the locale)')
    .option('--step', 'wait for Enter before each step')
    .option('--present', 'for a room: one idea at a time in large letters; Space goes on, ← looks back')
    .option('--hands-on', 'you type the commands in another terminal; the lab watches, gives hints and goes on when the checks hold')
    .option('--resume', 'go on with the hands-on lab that was stopped')
    .option('--from <step>', 'first step to run; the lab does the ones before it')
    .option('--until <step>', 'last step to run')
    .option('--dashboard', 'serve the dashboard while the lab runs, with the lesson beside the rollout')
    .option('--keep', 'leave the cluster as it is at the end')
    .option('--time <mode>', 'virtual, real or xN (N times as fast; default: virtual where the cluster can)')
    .option('--report <folder>', 'write report.json, junit.xml, report.md and report.html there')
    .option('--json', 'the events of the run as JSON lines on stdout')
    .option('--seed <number>', 'repeat a run with its seed')
    .option('--timeout <duration>', 'how long a check waits, as 30s or 2m (default: 60s)')
    .option('--command-timeout <duration>', 'how long a command may take (default: 10m)')
    .action(async (words: string[], options: LabOptions) => {
      app.endWithReader();
      const settings = readSettings(options, app);
      await app.folder.prepare();
      if (options.report !== undefined) await prepareReportFolder(path.resolve(app.workingDirectory, options.report), options.report);
      const resume = options.resume === true ? await progressToResume(app) : undefined;
      const files = resume === undefined ? await labFiles(words, app) : [resume.file];
      const labs = await Promise.all(files.map((file) => loadLab(file)));
      for (const lab of labs) selectSteps(lab, options.from, options.until);
      for (const name of ['kubectl', 'helm'] as const) if (labs.some((lab) => lab.needs.includes(name))) await app.tools.require(name);
      for (const [index, lab] of labs.entries()) {
        const folder =
          options.report === undefined ? undefined : path.resolve(app.workingDirectory, options.report, labs.length > 1 ? lab.id : '');
        const report = await runOne(lab, options, settings, { file: files[index]!, reportFolder: folder, resume }, app);
        // The next lab begins on a clean machine.
        if (labs.length > 1 && options.keep !== true && report.outcome === 'pass') await app.cleanup.run();
        if (report.outcome === 'fail') {
          outcome.exitCode = EXIT.checkFailed;
          return;
        }
        if (report.outcome === 'interrupted') {
          outcome.exitCode = EXIT.interrupted;
          return;
        }
      }
    });
}

/** Makes the folder now: a run of minutes must not end in a report that cannot be written. Throws `BAD_OPTION`. */
async function prepareReportFolder(folder: string, given: string): Promise<void> {
  const next = 'Give --report the name of a folder that can be made and written.';
  if (given === '') throw new LabError('BAD_OPTION', '--report is empty.', { next });
  try {
    // Not recursively at first: in some places (/proc) that never ends.
    await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return mkdir(folder, { recursive: true });
      if (error.code !== 'EEXIST') throw error;
      return undefined;
    });
    await access(folder, constants.W_OK);
    if (!(await stat(folder)).isDirectory()) throw new Error('it is not a folder');
  } catch (error) {
    throw new LabError('BAD_OPTION', `--report is "${given}", where no report can be written: ${messageOf(error)}.`, {
      cause: error,
      next,
    });
  }
}

/** Where the learner stopped. Throws `RESUME_IMPOSSIBLE` when no hands-on lab was stopped here. */
async function progressToResume(app: App): Promise<LabProgress> {
  const progress = await readProgress(app);
  if (progress === undefined)
    throw new LabError('RESUME_IMPOSSIBLE', 'No hands-on lab was stopped in this folder.', {
      next: 'Begin one with "canary-lab lab --hands-on".',
    });
  return progress;
}

interface Settings {
  lang: Language;
  seed: number;
  time: TimeMode | undefined;
  checkTimeoutMs: number | undefined;
  commandTimeoutMs: number | undefined;
}

function readSettings(options: LabOptions, app: App): Settings {
  const seed = options.seed === undefined ? freshSeed() : Number(options.seed);
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new LabError('BAD_OPTION', `--seed is "${options.seed}", which is not a whole number.`, {
      next: 'Give --seed the number that an earlier run printed.',
    });
  const checkTimeoutMs = durationOption('--timeout', options.timeout);
  const commandTimeoutMs = durationOption('--command-timeout', options.commandTimeout);
  if (options.handsOn === true && options.step === true)
    throw new LabError('BAD_OPTION', '--hands-on and --step do not go together.', { next: 'Leave one of them out.' });
  const others = { '--hands-on': options.handsOn, '--step': options.step, '--resume': options.resume, '--json': options.json };
  for (const [name, isGiven] of Object.entries(others))
    if (options.present === true && isGiven === true)
      throw new LabError('BAD_OPTION', `--present and ${name} do not go together.`, { next: 'Leave one of them out.' });
  if (options.present === true && !(app.stdin.isTTY === true && app.stderr.isTTY === true))
    throw new LabError('TERMINAL_NEEDED', '--present needs a terminal: it draws slides there and waits for keys.', {
      next: 'Run it in a terminal without pipes, or use "--step".',
    });
  if (options.context !== undefined && options.cluster !== 'existing')
    throw new LabError('BAD_OPTION', '--context goes with --cluster existing only.', { next: 'Add "--cluster existing".' });
  if (options.kubernetes !== undefined && !BUILT_HERE.includes(options.cluster))
    throw new LabError('BAD_OPTION', `--kubernetes goes with --cluster ${BUILT_HERE.join(', ')} only.`, {
      next: 'Leave it out, or choose one of these.',
    });
  if (options.kubernetes !== undefined && !/^v\d+\.\d+\.\d+([-+][\w.]+)?$/.test(options.kubernetes))
    throw new LabError('BAD_OPTION', `--kubernetes is "${options.kubernetes}", which is not a version.`, {
      next: 'Give it a version such as v1.34.0.',
    });
  return { lang: languageOf(options.lang, app), seed, time: timeMode(options.time), checkTimeoutMs, commandTimeoutMs };
}

function durationOption(name: string, text: string | undefined): number | undefined {
  const durationMs = text === undefined ? undefined : parseDuration(text);
  if (text !== undefined && (durationMs === undefined || durationMs <= 0))
    throw new LabError('BAD_OPTION', `${name} is "${text}", which is not a duration.`, {
      next: `Give ${name} a duration such as 30s or 2m.`,
    });
  return durationMs;
}

function labSettings(options: LabOptions, app: App): LabSettings {
  return {
    sampleAppImage: options.image,
    argoRolloutsChart: options.argoRollouts,
    chart: options.chart === undefined ? undefined : path.resolve(app.workingDirectory, options.chart),
  };
}

function timeMode(text: string | undefined): TimeMode | undefined {
  if (text === undefined || text === 'virtual' || text === 'real') return text;
  const rate = Number(text.match(/^x(\d+(?:\.\d+)?)$/)?.[1]);
  if (!(rate > 0))
    throw new LabError('BAD_OPTION', `--time is "${text}", which is not one of: virtual, real, xN.`, {
      next: 'Give --time one of these values, such as x60.',
    });
  return rate;
}

async function runOne(
  lab: Lab,
  options: LabOptions,
  settings: Settings,
  run: { file: string; reportFolder: string | undefined; resume: LabProgress | undefined },
  app: App,
): Promise<LabReport> {
  const { lang, seed, time, checkTimeoutMs, commandTimeoutMs } = settings;
  const { reportFolder, resume } = run;
  const isHandsOn = options.handsOn === true || resume !== undefined;
  // A learner who stops finds the cluster again.
  const keep = options.keep === true || isHandsOn;
  const session = await openLabSession(
    {
      provider: options.cluster,
      context: options.context,
      yes: options.yes,
      kubernetes: options.kubernetes,
      image: options.image,
      keep,
      seed,
      resume,
    },
    app,
  );
  const { cluster, api, tools, ctx } = session;
  // Asked while the lab runs; a failure is told where the answer is used.
  const versions = clientVersions(tools);
  versions.catch(() => undefined);
  const keys = options.present === true ? presenterKeysAt(app, () => app.interrupt()) : undefined;
  const presenter = keys === undefined ? undefined : presenterAt(app, lang, keys);
  const renderer: Renderer = presenter ?? rendererFor(options, lang, app);
  const dashboard = options.dashboard === true ? await startLabDashboard(cluster, app) : undefined;
  const learner = isHandsOn ? learnerAt(app, () => app.interrupt()) : undefined;
  if (learner !== undefined) app.stderr.write(`${selectionLines(session.folder, cluster.kubeconfig)}\n`);
  const prompt = options.step === true ? stepPromptOn(app, lang) : undefined;
  let progress: Promise<void> = Promise.resolve();
  const remember = (step: string): void => {
    const now: LabProgress = {
      file: run.file,
      lab: lab.id,
      step,
      cluster: resume?.cluster ?? cluster.name,
      folder: session.folder,
      kubeconfig: cluster.kubeconfig,
    };
    progress = progress.then(() => writeProgress(now, app));
  };
  let report: LabReport;
  try {
    report = await runLab(lab, {
      cluster,
      api,
      tools,
      ctx,
      lang,
      time,
      seed,
      checkTimeoutMs,
      commandTimeoutMs,
      from: options.from,
      resumeAt: resume?.step,
      until: options.until,
      settings: labSettings(options, app),
      reportDirectory: reportFolder,
      // Only a cluster that stays for somebody is worth a snapshot before each step.
      keepStarts: keep ? { staysFor: (outcome) => options.keep === true || outcome !== 'pass' } : undefined,
      learner,
      onLive: (source) => renderer.setLive?.(source),
      onEvent: (event) => {
        if (isHandsOn && event.type === 'step-started') remember(event.step);
        renderer.onEvent(event);
        dashboard?.onEvent(event);
      },
      pause: presenter === undefined ? undefined : (moment) => presenter.pause(moment),
      confirmStep:
        prompt === undefined
          ? undefined
          : async () => {
              await renderer.drawn?.();
              await prompt.confirm();
            },
    });
    // The cluster goes when the learner has looked at it.
    if (learner !== undefined && report.outcome === 'pass' && options.keep !== true) {
      await renderer.drawn?.();
      app.stderr.write(`${LAST_KEY[lang]} `);
      await learner.nextKey(app.signal).catch(() => undefined);
    }
  } finally {
    learner?.close();
    prompt?.close();
    await renderer.close();
    keys?.close();
    await progress;
  }
  report.cluster.versions = await versions;
  if (reportFolder !== undefined) await writeReport(reportFolder, report);
  await writeJobSummary(report, app);
  if (isHandsOn && report.outcome === 'pass') {
    await forgetProgress(app);
    if (options.keep !== true && (resume?.cluster ?? cluster.name).startsWith('lab-'))
      await clusterDown(app, resume?.cluster ?? cluster.name);
    return report;
  }
  if (keep)
    app.stderr.write(
      `The cluster is left as it is. To use it from a shell:\n${selectionLines(session.folder, cluster.kubeconfig)}${cluster.provider === 'embedded' || resume !== undefined ? `End it with: npm run cluster -- down --name ${resume?.cluster ?? cluster.name}\n` : cluster.endCommand === undefined ? '' : `End it with: ${cluster.endCommand}\n`}`,
    );
  return report;
}

function rendererFor(options: LabOptions, lang: Language, app: App): Renderer {
  const streams = {
    out: (text: string): void => {
      app.stdout.write(text);
    },
    err: (text: string): void => {
      app.stderr.write(text);
    },
  };
  if (options.json) return createJsonRenderer(streams);
  // Some terminals say that they have no columns at all; lines that are drawn again make no sense there.
  const isPlain =
    !app.stderr.isTTY ||
    (app.stderr.columns ?? 0) < 40 ||
    app.env['NO_COLOR'] !== undefined ||
    app.env['CI'] !== undefined ||
    app.env['TERM'] === 'dumb';
  return isPlain
    ? createPlainRenderer(streams, lang, app.stderr.columns)
    : new TerminalRenderer({ out: streams.out, screen: screenOf(app) }, lang, app.clock);
}

function presenterAt(app: App, lang: Language, keys: PresenterKeys): Presenter {
  const presenter = new Presenter(
    {
      out: (text) => {
        app.stdout.write(text);
      },
      screen: screenOf(app),
      nextKey: keys.nextKey,
      quit: () => app.interrupt(),
      signal: app.signal,
      clock: app.clock,
    },
    lang,
  );
  app.stderr.on('resize', () => presenter.redraw());
  return presenter;
}

/** The terminal on standard error, with the size that it has now. */
function screenOf(app: App): Screen {
  return {
    write: (text) => {
      app.stderr.write(text);
    },
    get columns() {
      return app.stderr.columns ?? 80;
    },
    get rows() {
      return (app.stderr as { rows?: number }).rows ?? 24;
    },
  };
}

async function clientVersions(tools: Awaited<ReturnType<typeof clientTools>>): Promise<Record<string, string>> {
  const [kubectl, helm] = await Promise.all([
    tools.run('kubectl', ['version', '--client', '--output=json']),
    tools.run('helm', ['version', '--short']),
  ]);
  return {
    kubectl:
      kubectl.exitCode === 0
        ? (JSON.parse(kubectl.stdout) as { clientVersion: { gitVersion: string } }).clientVersion.gitVersion
        : 'unknown',
    helm: helm.stdout.trim() || 'unknown',
  };
}
