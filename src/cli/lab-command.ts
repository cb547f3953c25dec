import path from 'node:path';
import type { Command } from 'commander';
import { LabError } from '../base/errors.ts';
import type { Lab } from '../harness/lab.ts';
import { loadLab } from '../harness/load-lab.ts';
import type { Renderer } from '../harness/renderers/renderer.ts';
import { writeReport } from '../harness/renderers/write-report.ts';
import type { LabReport } from '../harness/report.ts';
import { runLab } from '../harness/run-lab.ts';
import { selectSteps } from '../harness/select-steps.ts';
import { type App, EXIT } from './app.ts';
import { clientVersions } from './client-versions.ts';
import { clusterDown, selectionLines } from './cluster-command.ts';
import { writeJobSummary } from './job-summary.ts';
import { startLabDashboard } from './lab-dashboard.ts';
import { labFiles } from './lab-files.ts';
import { type LabOptions, labSettings, prepareReportFolder, type RunSettings, readSettings } from './lab-options.ts';
import { forgetProgress, type LabProgress, readProgress, writeProgress } from './lab-progress.ts';
import { presenterAt, rendererFor } from './lab-renderer.ts';
import { openLabSession } from './lab-session.ts';
import { learnerAt } from './learner-keys.ts';
import type { Outcome } from './outcome.ts';
import { presenterKeysAt } from './presenter-keys.ts';
import { stepPromptOn } from './step-prompt.ts';

const LAST_KEY = {
  en: 'Look around as long as you like. Enter ends the cluster.',
  ko: '원하는 만큼 둘러보세요. Enter 키를 누르면 클러스터를 끝냅니다.',
} as const;

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

/** Where the learner stopped. Throws `RESUME_IMPOSSIBLE` when no hands-on lab was stopped here. */
async function progressToResume(app: App): Promise<LabProgress> {
  const progress = await readProgress(app);
  if (progress === undefined)
    throw new LabError('RESUME_IMPOSSIBLE', 'No hands-on lab was stopped in this folder.', {
      next: 'Begin one with "canary-lab lab --hands-on".',
    });
  return progress;
}

async function runOne(
  lab: Lab,
  options: LabOptions,
  settings: RunSettings,
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
