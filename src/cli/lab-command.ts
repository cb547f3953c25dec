import path from 'node:path';
import type { Command } from 'commander';
import { parseDuration } from '../base/duration.ts';
import { LabError } from '../base/errors.ts';
import { freshSeed, seededRandom } from '../base/random.ts';
import type { RunContext } from '../base/run-context.ts';
import { connect } from '../client/connect.ts';
import type { Lab } from '../harness/lab.ts';
import { loadLab } from '../harness/load-lab.ts';
import { createJsonRenderer } from '../harness/renderers/json.ts';
import { createListrRenderer } from '../harness/renderers/listr.ts';
import { createPlainRenderer } from '../harness/renderers/plain.ts';
import type { Renderer } from '../harness/renderers/renderer.ts';
import { writeReport } from '../harness/renderers/write-report.ts';
import type { LabReport } from '../harness/report.ts';
import type { TimeMode } from '../harness/run-action.ts';
import { runLab, selectSteps } from '../harness/run-lab.ts';
import type { Language } from '../harness/text.ts';
import { type App, EXIT } from './app.ts';
import { clientTools } from './client-environment.ts';
import { labFiles } from './lab-files.ts';
import { languageOf } from './language.ts';
import type { Outcome } from './outcome.ts';
import { createProviders, providerNamed } from './providers.ts';
import { confirmOn } from './step-prompt.ts';

interface LabOptions {
  cluster: string; context?: string; lang?: string; step?: boolean; from?: string; until?: string; keep?: boolean; time?: string; report?: string; json?: boolean; seed?: string; timeout?: string;
}

/** `canary-lab lab [LAB…]`: runs labs, each on a cluster of its own. Exit code 1 as soon as a check has failed. */
export function addLabCommand(program: Command, app: App, outcome: Outcome): void {
  program.command('lab').argument('[lab...]', 'ids of labs, paths of lab files, or "all" (default: 02-automated-canary)').description('run labs and check every step')
    .option('--cluster <name>', 'embedded or existing', 'embedded')
    .option('--context <context>', 'context of the kubeconfig (with --cluster existing)')
    .option('--lang <language>', 'en or ko (default: from the locale)')
    .option('--step', 'wait for Enter before each step')
    .option('--from <step>', 'first step to run')
    .option('--until <step>', 'last step to run')
    .option('--keep', 'leave the cluster as it is at the end')
    .option('--time <mode>', 'virtual, real or xN (N times as fast; default: virtual where the cluster can)')
    .option('--report <folder>', 'write report.json, junit.xml, report.md and report.html there')
    .option('--json', 'the events of the run as JSON lines on stdout')
    .option('--seed <number>', 'repeat a run with its seed')
    .option('--timeout <duration>', 'how long a check waits, as 30s or 2m (default: 60s)')
    .action(async (words: string[], options: LabOptions) => {
      const settings = readSettings(options, app);
      const labs = await Promise.all((await labFiles(words, app)).map((file) => loadLab(file)));
      for (const lab of labs) selectSteps(lab, options.from, options.until);
      for (const name of new Set(labs.flatMap((lab) => lab.needs))) await app.tools.require(name);
      for (const lab of labs) {
        const folder = options.report === undefined ? undefined : path.resolve(app.workingDirectory, options.report, labs.length > 1 ? lab.id : '');
        const report = await runOne(lab, options, settings, folder, app);
        if (report.outcome === 'fail') { outcome.exitCode = EXIT.checkFailed; return; }
        if (report.outcome === 'interrupted') { outcome.exitCode = EXIT.interrupted; return; }
      }
    });
}

interface Settings { lang: Language; seed: number; time: TimeMode | undefined; checkTimeoutMs: number | undefined }

function readSettings(options: LabOptions, app: App): Settings {
  const seed = options.seed === undefined ? freshSeed() : Number(options.seed);
  if (!Number.isSafeInteger(seed) || seed < 0) throw new LabError('BAD_OPTION', `--seed is "${options.seed}", which is not a whole number.`, { next: 'Give --seed the number that an earlier run printed.' });
  const checkTimeoutMs = options.timeout === undefined ? undefined : parseDuration(options.timeout);
  if (options.timeout !== undefined && (checkTimeoutMs === undefined || checkTimeoutMs <= 0)) throw new LabError('BAD_OPTION', `--timeout is "${options.timeout}", which is not a duration.`, { next: 'Give --timeout a duration such as 30s or 2m.' });
  if (options.context !== undefined && options.cluster !== 'existing') throw new LabError('BAD_OPTION', '--context goes with --cluster existing only.', { next: 'Add "--cluster existing".' });
  return { lang: languageOf(options.lang, app), seed, time: timeMode(options.time), checkTimeoutMs };
}

function timeMode(text: string | undefined): TimeMode | undefined {
  if (text === undefined || text === 'virtual' || text === 'real') return text;
  const rate = Number(text.match(/^x(\d+(?:\.\d+)?)$/)?.[1]);
  if (!(rate > 0)) throw new LabError('BAD_OPTION', `--time is "${text}", which is not one of: virtual, real, xN.`, { next: 'Give --time one of these values, such as x60.' });
  return rate;
}

async function runOne(lab: Lab, options: LabOptions, { lang, seed, time, checkTimeoutMs }: Settings, reportFolder: string | undefined, app: App): Promise<LabReport> {
  await app.folder.prepare();
  const keep = options.keep === true;
  const folder = keep && options.cluster === 'embedded' ? await app.folder.newKept(seededRandom(freshSeed()).suffix(5)) : await app.folder.newRun(app.cleanup, keep);
  const ctx: RunContext = { clock: app.clock, random: seededRandom(seed), log: app.log, signal: app.signal, cleanup: app.cleanup, env: app.env, workingDirectory: app.workingDirectory };
  const provider = providerNamed(options.cluster, createProviders(app));
  const cluster = await provider.create({ name: path.basename(folder), directory: folder, seed, context: options.context, keep }, ctx);
  const connection = await connect({ kubeconfig: cluster.kubeconfig, context: cluster.context, env: app.env, clock: app.clock });
  app.cleanup.add('connection to the cluster', () => connection.close());
  const tools = await clientTools(app.tools, folder, cluster.kubeconfig, app.pluginProgram);
  const renderer = rendererFor(options, lang, app);
  let report: LabReport;
  try {
    report = await runLab(lab, {
      cluster, api: connection.api, tools, ctx, lang, time, seed, checkTimeoutMs, from: options.from, until: options.until, reportDirectory: reportFolder,
      onEvent: (event) => renderer.onEvent(event),
      ...(options.step ? { confirmStep: confirmOn(app, lang) } : {}),
    });
  } finally {
    await renderer.close();
  }
  report.cluster.versions = await clientVersions(tools);
  if (reportFolder !== undefined) await writeReport(reportFolder, report);
  if (keep) app.stderr.write(`The cluster is left as it is.\nexport KUBECONFIG=${cluster.kubeconfig}\n${provider.name === 'embedded' ? `End it with: npm run cluster -- down --name ${cluster.name}\n` : ''}`);
  return report;
}

function rendererFor(options: LabOptions, lang: Language, app: App): Renderer {
  const streams = { out: (text: string): void => { app.stdout.write(text); }, err: (text: string): void => { app.stderr.write(text); } };
  if (options.json) return createJsonRenderer(streams);
  // Some terminals say that they have no columns at all; spinners that redraw lines make no sense there.
  const isPlain = !app.stderr.isTTY || (app.stderr.columns ?? 0) < 40 || options.step === true || app.env['NO_COLOR'] !== undefined || app.env['CI'] !== undefined || app.env['TERM'] === 'dumb';
  return isPlain ? createPlainRenderer(streams, lang) : createListrRenderer({ out: streams.out, terminal: app.stderr as NodeJS.WriteStream }, lang);
}

async function clientVersions(tools: Awaited<ReturnType<typeof clientTools>>): Promise<Record<string, string>> {
  const [kubectl, helm] = await Promise.all([tools.run('kubectl', ['version', '--client', '--output=json']), tools.run('helm', ['version', '--short'])]);
  return {
    kubectl: kubectl.exitCode === 0 ? (JSON.parse(kubectl.stdout) as { clientVersion: { gitVersion: string } }).clientVersion.gitVersion : 'unknown',
    helm: helm.stdout.trim() || 'unknown',
  };
}
