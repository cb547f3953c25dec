import { mkdir } from 'node:fs/promises';
import { rfc3339 } from '../base/clock.ts';
import { LabError, messageOf } from '../base/errors.ts';
import type { RunContext } from '../base/run-context.ts';
import type { Cluster } from '../cluster/provider.ts';
import type { KubeApi } from '../kube/kube-api.ts';
import { events } from '../kube/resource-type.ts';
import type { ActionContext, TimeMode } from './action-context.ts';
import type { Check, CheckContext, CheckResult } from './check.ts';
import { setClusterTimeRate } from './cluster-clock.ts';
import type { CommandRunner } from './command-runner.ts';
import { writeDiagnostics } from './diagnostics.ts';
import type { OnLabEvent } from './events.ts';
import { type Learner, takeTurn } from './hands-on.ts';
import type { Lab, Step, Variables } from './lab.ts';
import { type LabSettings, SettingsReader } from './lab-settings.ts';
import { type LiveSource, startLiveSource } from './live-source.ts';
import type { PauseAt } from './pause.ts';
import { countChecks, type LabReport, type StepReport } from './report.ts';
import { RolloutTimeline } from './rollout-timeline.ts';
import { runAction, shownAction } from './run-action.ts';
import { quoteCommand } from './shell-quote.ts';
import { shippedFile } from './shipped-file.ts';
import { stepHash } from './step-hash.ts';
import { StepSnapshots } from './step-snapshots.ts';
import type { Language } from './text.ts';
import { type ProbeReport, startTrafficProbe, type TrafficProbe } from './traffic-probe.ts';

export interface RunLabOptions {
  cluster: Cluster;
  api: KubeApi;
  tools: CommandRunner;
  ctx: RunContext;
  lang: Language;
  /** Default: virtual where the cluster can, else real. `virtual` on a cluster that cannot becomes real. */
  time?: TimeMode | undefined;
  /** First step to run, by id; the lab itself does the steps before it. */
  from?: string | undefined;
  /** First step to run on a cluster on which the steps before it are done. */
  resumeAt?: string | undefined;
  /** Last step to run, by id. */
  until?: string | undefined;
  /** Where diagnostics go when a check fails. Reports themselves are written by the renderers. */
  reportDirectory?: string | undefined;
  seed: number;
  settings?: LabSettings | undefined;
  onEvent: OnLabEvent;
  /** Awaited before each step, after `step-started`. */
  confirmStep?: ((step: Step) => Promise<void>) | undefined;
  /** Awaited wherever a presenter goes on by hand. */
  pause?: ((moment: PauseAt) => Promise<void>) | undefined;
  /** Who does the steps in another terminal; without a learner the lab does them. */
  learner?: Learner | undefined;
  /** Handed what to look at while the walk goes on, and nothing when it is over. */
  onLive?: ((source: LiveSource | undefined) => void) | undefined;
  /**
   * Whether the cluster keeps the start of each step, where it can: for a learner who goes back, and for a later run with `from`. What
   * was kept goes at the end unless `staysFor` says that somebody goes on with this cluster.
   */
  keepStarts?: { staysFor(outcome: LabReport['outcome']): boolean } | undefined;
  /** How long a command may take, in host milliseconds; default 10 minutes. */
  commandTimeoutMs?: number | undefined;
  /** Awaited before a step's first command: proofs of checks look here whether they fail. */
  beforeRun?: ((step: Step, ctx: CheckContext) => Promise<void>) | undefined;
  /** Called when all checks of a step have held: proofs of checks change the cluster here. */
  afterChecks?: ((step: Step, checks: readonly Check[], ctx: CheckContext) => Promise<void>) | undefined;
  /** How long a check waits, in host milliseconds; default 60 s. */
  checkTimeoutMs?: number | undefined;
}

const CHECK_TIMEOUT_MS = 60_000;
const OPTIONAL_CHECK_MS = 1000;
const FORGET_MS = 10_000;

/**
 * Runs a lab step by step and stops at the first check that fails: what follows is reported as skipped. Resolves with the
 * report also when a check failed or the run was interrupted. Rejects with a LabError when the lab cannot be run at all
 * (`STEP_UNKNOWN`, `PROGRAM_MISSING`, an unreachable cluster).
 */
export async function runLab(lab: Lab, options: RunLabOptions): Promise<LabReport> {
  const run = new LabRun(lab, options);
  try {
    return await run.run();
  } finally {
    await run.end();
  }
}

class LabRun {
  readonly #lab: Lab;
  readonly #options: RunLabOptions;
  readonly #report: LabReport;
  readonly #startMs: number;
  /** Ends what is watched during the walk. */
  #walked = new AbortController();
  readonly #time: TimeMode;
  #skippedMs = 0;
  /** A learner who stops leaves nothing skipped: the rest is still to come. */
  #hasQuit = false;
  #timeline: RolloutTimeline | undefined;
  #probe: TrafficProbe | undefined;
  #probeAtStepStart = { requests: 0, failures: 0 };
  #revisionAtStepStart = '0';
  #starts: StepSnapshots | undefined;

  constructor(lab: Lab, options: RunLabOptions) {
    this.#lab = lab;
    this.#options = options;
    this.#startMs = options.ctx.clock.nowMs();
    const { virtualTime } = options.cluster.capabilities;
    this.#time = virtualTime ? (options.time ?? 'virtual') : 'real';
    this.#report = {
      schema: 1,
      lab: lab.id,
      cluster: { provider: options.cluster.provider, kubernetes: options.cluster.kubernetesVersion, versions: {} },
      lang: options.lang,
      seed: options.seed,
      startedAt: rfc3339(this.#startMs),
      durationMs: 0,
      outcome: 'pass',
      steps: [],
      timeline: [],
      traffic: { requests: 0, failures: 0, byHash: {} },
    };
  }

  async run(): Promise<LabReport> {
    const { cluster, ctx, lang, seed } = this.#options;
    requireCapabilities(this.#lab, cluster);
    const steps = selectSteps(this.#lab, this.#options.resumeAt ?? this.#options.from, this.#options.until);
    const settings = new SettingsReader(this.#options.settings ?? {});
    const variables = this.#lab.variables({
      chartRepositories: cluster.chartRepositories,
      ingressUrl: cluster.ingressUrl,
      kubernetesVersion: cluster.kubernetesVersion,
      shipped: (file) => shippedFile(file, ctx.workingDirectory),
      setting: settings.read,
    });
    settings.requireAllAsked(this.#lab.id);
    this.#emit({
      type: 'lab-started',
      lab: this.#lab.id,
      title: this.#lab.title,
      summary: this.#lab.summary,
      seed,
      cluster: { provider: cluster.provider, kubernetes: cluster.kubernetesVersion, ingressUrl: cluster.ingressUrl },
      steps: steps.map((step) => ({ id: step.id, title: step.title, checks: step.checks.length, minutes: step.minutes })),
    });
    if (typeof this.#time === 'number') await setClusterTimeRate(this.#options.api, this.#time, ctx.signal);
    if (cluster.capabilities.snapshots) this.#starts = this.#openStarts(variables);
    if (this.#options.resumeAt === undefined) await this.#reach(steps[0]!, variables);
    for (const [index, step] of steps.entries()) {
      if (this.#hasQuit) break;
      if (this.#report.outcome !== 'pass') {
        this.#skip(step, lang);
        continue;
      }
      try {
        if (index === 0) await this.#pause({ at: 'lab' });
        await this.#runStep(step, index, steps.length, variables);
      } catch (error) {
        if (!ctx.signal.aborted) throw error;
        this.#report.outcome = 'interrupted';
      }
    }
    await this.#finish();
    return this.#report;
  }

  async end(): Promise<void> {
    this.#options.onLive?.(undefined);
    await this.#probe?.stop().catch(() => undefined);
    this.#walked.abort();
    const { keepStarts } = this.#options;
    // A cluster that is gone or going has forgotten them by itself.
    if (keepStarts?.staysFor(this.#report.outcome) === false)
      await this.#starts?.forget(AbortSignal.timeout(FORGET_MS)).catch(() => undefined);
  }

  async #runStep(step: Step, index: number, of: number, variables: Variables): Promise<void> {
    const { lang, ctx } = this.#options;
    const startMs = ctx.clock.nowMs();
    const report: StepReport = { id: step.id, title: step.title[lang], commands: [], checks: [], durationMs: 0 };
    this.#report.steps.push(report);
    this.#emit({ type: 'step-started', step: step.id, index, of, title: step.title, say: step.say, kind: step.kind });
    let failed = false;
    try {
      await this.#options.confirmStep?.(step);
      await this.#pause({ at: 'step' });
      if (this.#options.keepStarts !== undefined)
        await this.#starts?.take(step.id, { unlessThere: index === 0 && this.#options.resumeAt !== undefined });
      await this.#beginStep(step);
      let check = this.#checkContext();
      await this.#options.beforeRun?.(step, check);
      const inStep = (): ActionContext => this.#actionContext(step, variables, check, (event) => this.#emit(event));
      let action = inStep();
      let choice = await this.#turn(step, action);
      while (choice === 'back') {
        await this.#goBack(step);
        check = this.#checkContext();
        action = inStep();
        choice = await this.#turn(step, action);
      }
      if (choice === 'quit') {
        this.#emit({ type: 'learner-quit', step: step.id });
        this.#report.outcome = 'interrupted';
        this.#hasQuit = true;
        return;
      }
      const todos = choice === 'done' ? [] : choice === 'solve' ? (step.solve ?? step.run) : step.run;
      for (const [number, todo] of todos.entries()) {
        await this.#pause({ at: 'command', command: shownAction(todo, action) });
        const { command, failure } = await runAction(todo, action);
        if (command !== undefined) report.commands.push(command);
        await this.#pause({ at: 'output' });
        if (failure === undefined) continue;
        failed = true;
        this.#failedAction(step, report, number, command?.argv ?? ['kubectl', 'get', 'events', '-A'], failure);
        break;
      }
      for (const todo of step.checks) {
        // What happened on a learner's own way cannot be done again: it counts when it is as planned, and is left out when not.
        const isOptional = choice !== 'run' && todo.historic === true;
        if (failed || (isOptional && !(await todo.evaluate({ ...check, timeoutMs: OPTIONAL_CHECK_MS })).holds))
          this.#skipCheck(step, todo, report);
        else failed = !(await this.#runCheck(step, todo, check, report));
      }
      await this.#pause({ at: 'checks' });
      if (!failed) await this.#explain(step);
      if (!failed) await this.#options.afterChecks?.(step, step.checks, this.#checkContext());
    } catch (error) {
      for (const todo of step.checks.filter(({ id }) => !report.checks.some((done) => done.id === id))) this.#skipCheck(step, todo, report);
      throw error;
    } finally {
      report.durationMs = Math.round(ctx.clock.nowMs() - startMs);
    }
    if (failed) await this.#fail();
    this.#emit({ type: 'step-finished', step: step.id, outcome: failed ? 'fail' : 'pass', durationMs: report.durationMs });
  }

  /** Not after a failure: that would bury what the failure says. */
  async #explain(step: Step): Promise<void> {
    if (step.why !== undefined) {
      this.#emit({ type: 'why', step: step.id, text: step.why });
      await this.#pause({ at: 'text' });
    }
    for (const note of step.notes) {
      this.#emit({ type: 'note', step: step.id, id: note.id, text: note.text });
      await this.#pause({ at: 'text' });
    }
  }

  async #pause(moment: PauseAt): Promise<void> {
    await this.#options.pause?.(moment);
  }

  #actionContext(step: Step, variables: Variables, check: CheckContext, emit: OnLabEvent): ActionContext {
    const { tools, ctx, commandTimeoutMs } = this.#options;
    return {
      tools,
      variables,
      workingDirectory: ctx.workingDirectory,
      time: this.#time,
      step: step.id,
      check,
      commandTimeoutMs,
      emit,
      skipped: (ms) => {
        this.#skippedMs += ms;
      },
    };
  }

  /** Whose work the step's commands are: the lab's own, done by the learner, or handed back by them. */
  async #turn(step: Step, action: ActionContext): Promise<'run' | 'done' | 'solve' | 'back' | 'quit'> {
    const { learner } = this.#options;
    if (learner === undefined) return 'run';
    return takeTurn(step, { learner, check: action.check, emit: action.emit, commands: step.run.map((todo) => shownAction(todo, action)) });
  }

  #openStarts(variables: Variables): StepSnapshots {
    const { api, ctx, cluster } = this.#options;
    const shown = { variables, check: { ...this.#checkContext(), ingressUrl: cluster.ingressUrl }, workingDirectory: ctx.workingDirectory };
    const indexOf = (id: string): number => this.#lab.steps.findIndex((step) => step.id === id);
    return new StepSnapshots({ api, lab: this.#lab.id, hashOf: (id) => stepHash(this.#lab, indexOf(id), shown), ctx });
  }

  /** Brings the cluster to the start of `first`: back to the nearest start that it has kept, and from there by doing the steps between. */
  async #reach(first: Step, variables: Variables): Promise<void> {
    const { steps } = this.#lab;
    const goal = steps.indexOf(first);
    let kept = -1;
    if (this.#starts !== undefined && this.#options.from !== undefined)
      for (let index = goal; index >= 0 && kept < 0; index--) if (await this.#starts.has(steps[index]!.id)) kept = index;
    if (kept >= 0) await this.#restore(steps[kept]!, 'from');
    for (const step of steps.slice(Math.max(kept, 0), goal)) await this.#solve(step, variables);
  }

  /** For a learner who wants to begin the step again. */
  async #goBack(step: Step): Promise<void> {
    if (await this.#starts?.has(step.id)) await this.#restore(step, 'back');
    else this.#emit({ type: 'back-impossible', step: step.id });
    await this.#beginStep(step);
  }

  /** What was watched and counted belongs to a course of events that the cluster no longer knows. */
  async #restore(step: Step, how: 'back' | 'from'): Promise<void> {
    this.#options.onLive?.(undefined);
    await this.#probe?.stop();
    this.#probe = undefined;
    this.#walked.abort();
    this.#walked = new AbortController();
    this.#timeline = undefined;
    await this.#starts?.restore(step.id);
    this.#emit({ type: 'went-back', step: step.id, title: step.title, how });
  }

  /** Does a step that comes before the first one asked for, and waits until it has worked. */
  async #solve(step: Step, variables: Variables): Promise<void> {
    await this.#beginStep(step);
    const check = this.#checkContext();
    const action = this.#actionContext(step, variables, check, () => {});
    for (const todo of step.solve ?? step.run) {
      const { failure } = await runAction(todo, action);
      if (failure !== undefined)
        throw new LabError('STEP_UNSOLVED', `Step "${step.id}" could not be done on the way: ${failure.observed}.\n${failure.detail}`, {
          next: `Run "canary-lab lab ${this.#lab.id} --until ${step.id}" to see why.`,
        });
    }
    for (const todo of step.checks.filter(({ historic }) => historic !== true)) {
      const verdict = await todo.evaluate(check);
      if (!verdict.holds)
        throw new LabError(
          'STEP_UNSOLVED',
          `Step "${step.id}" was done on the way, but "${todo.id}" does not hold: expected ${verdict.expected}, observed ${verdict.observed}.`,
          { next: `Run "canary-lab lab ${this.#lab.id} --until ${step.id}" to see why.` },
        );
    }
    this.#emit({ type: 'step-solved', step: step.id, title: step.title });
  }

  /** Starts the walk at its step, and remembers where the step's own events, weights and requests begin. */
  async #beginStep(step: Step): Promise<void> {
    const { api, cluster, ctx } = this.#options;
    const { walk, steps } = this.#lab;
    const hasBegun = walk !== undefined && steps.indexOf(step) >= steps.findIndex(({ id }) => id === walk.from);
    if (walk !== undefined && hasBegun && this.#timeline === undefined) {
      const deps = {
        clock: ctx.clock,
        log: ctx.log.named('timeline'),
        labTimeMs: () => ctx.clock.nowMs() - this.#startMs + this.#skippedMs,
      };
      this.#timeline = new RolloutTimeline(api, walk, deps);
      const signal = AbortSignal.any([ctx.signal, this.#walked.signal]);
      await this.#timeline.start(signal);
      this.#probe = startTrafficProbe(cluster.ingressUrl, walk.probe, ctx);
      this.#options.onLive?.(startLiveSource(api, walk, this.#probe, { clock: ctx.clock, log: ctx.log.named('live'), signal }));
    }
    await this.#timeline?.beginStep(ctx.signal);
    const { requests, failures } = this.#probe?.snapshot() ?? { requests: 0, failures: 0 };
    this.#probeAtStepStart = { requests, failures };
    this.#revisionAtStepStart = (
      await api.list(events, { namespace: walk?.namespace ?? 'default' }, { signal: ctx.signal, limit: 1 })
    ).resourceVersion;
  }

  #checkContext(): CheckContext {
    const { api, cluster, ctx } = this.#options;
    return {
      api,
      ingressUrl: cluster.ingressUrl,
      clock: ctx.clock,
      signal: ctx.signal,
      timeoutMs: this.#options.checkTimeoutMs ?? CHECK_TIMEOUT_MS,
      probe: this.#probe,
      history: {
        revisionAtStepStart: this.#revisionAtStepStart,
        probeAtStepStart: this.#probeAtStepStart,
        weightsSinceStep: async (signal) => (await this.#timeline?.weightsSinceStep(signal)) ?? [],
      },
    };
  }

  async #runCheck(step: Step, check: Check, context: CheckContext, report: StepReport): Promise<boolean> {
    const { clock, signal } = this.#options.ctx;
    this.#emit({ type: 'check-started', step: step.id, check: check.id, title: check.title });
    const startMs = clock.nowMs();
    const verdict = await check.evaluate(context).catch((error: unknown) => {
      if (signal.aborted || error instanceof LabError) throw error;
      return { holds: false, expected: '', observed: messageOf(error), detail: undefined };
    });
    const result: CheckResult = {
      id: check.id,
      title: check.title[this.#options.lang],
      outcome: verdict.holds ? 'pass' : 'fail',
      expected: verdict.expected,
      observed: verdict.observed,
      durationMs: Math.round(clock.nowMs() - startMs),
      detail: verdict.detail ?? '',
    };
    report.checks.push(result);
    if (verdict.holds) this.#emit({ type: 'check-passed', step: step.id, check: check.id, title: check.title, result });
    else
      this.#emit({
        type: 'check-failed',
        step: step.id,
        check: check.id,
        title: check.title,
        result,
        look: this.#look(check.look),
        next: check.next,
      });
    return verdict.holds;
  }

  /** A command that failed is reported as a check of its own, so that every form of the report counts it. */
  #failedAction(
    step: Step,
    report: StepReport,
    number: number,
    argv: readonly string[],
    failure: { expected: string; observed: string; detail: string },
  ): void {
    const id = `${step.id}-command-${number + 1}`;
    const title = { en: `command ${number + 1} does what the step needs`, ko: `${number + 1}번째 명령이 이 단계에 필요한 일을 합니다` };
    const result: CheckResult = { id, title: title[this.#options.lang], outcome: 'fail', durationMs: 0, ...failure };
    report.checks.push(result);
    this.#emit({ type: 'check-failed', step: step.id, check: id, title, result, look: this.#look(argv), next: undefined });
  }

  #look(argv: readonly string[]): string {
    return quoteCommand(
      argv.map((word) => (word.startsWith('INGRESS') ? word.replace('INGRESS', this.#options.cluster.ingressUrl) : word)),
    );
  }

  #skipCheck(step: Step, check: Check, report: StepReport): void {
    report.checks.push({
      id: check.id,
      title: check.title[this.#options.lang],
      outcome: 'skip',
      expected: '',
      observed: '',
      durationMs: 0,
      detail: '',
    });
    this.#emit({ type: 'check-skipped', step: step.id, check: check.id, title: check.title });
  }

  #skip(step: Step, lang: Language): void {
    const report: StepReport = { id: step.id, title: step.title[lang], commands: [], checks: [], durationMs: 0 };
    this.#report.steps.push(report);
    for (const check of step.checks) this.#skipCheck(step, check, report);
    this.#emit({ type: 'step-finished', step: step.id, outcome: 'skip', durationMs: 0 });
  }

  async #fail(): Promise<void> {
    this.#report.outcome = 'fail';
    const { reportDirectory, api, ctx } = this.#options;
    if (reportDirectory === undefined) return;
    await mkdir(reportDirectory, { recursive: true });
    await writeDiagnostics(reportDirectory, { api, tools: this.#options.tools, signal: ctx.signal });
  }

  async #finish(): Promise<void> {
    const traffic: ProbeReport | undefined = await this.#probe?.stop();
    this.#probe = undefined;
    const report = this.#report;
    if (traffic !== undefined) report.traffic = { requests: traffic.requests, failures: traffic.failures, byHash: traffic.byHash };
    report.timeline = this.#timeline?.entries ?? [];
    report.durationMs = Math.round(this.#options.ctx.clock.nowMs() - this.#startMs);
    this.#emit({
      type: 'lab-finished',
      lab: this.#lab.id,
      outcome: report.outcome,
      durationMs: report.durationMs,
      checks: countChecks(report),
    });
  }

  #emit: OnLabEvent = (event) => this.#options.onEvent(event);
}

/** Throws `CAPABILITY_MISSING` when the cluster lacks something that the lab needs. */
function requireCapabilities(lab: Lab, cluster: Cluster): void {
  for (const need of lab.needs) {
    if (need === 'kubectl' || need === 'helm' || cluster.capabilities[need]) continue;
    throw new LabError('CAPABILITY_MISSING', `Lab "${lab.id}" needs a cluster with ${need}, which "${cluster.name}" has not.`, {
      next: 'Use --cluster embedded.',
    });
  }
}

/** The steps from `from` to `until`, both included, by id or by number from 1. Throws `STEP_UNKNOWN` with the names that exist. */
export function selectSteps(lab: Lab, from: string | undefined, until: string | undefined): readonly Step[] {
  const at = (id: string | undefined, otherwise: number): number => {
    if (id === undefined) return otherwise;
    const named = lab.steps.findIndex((step) => step.id === id);
    const index = named < 0 && /^[1-9]\d*$/.test(id) && Number(id) <= lab.steps.length ? Number(id) - 1 : named;
    if (index < 0)
      throw new LabError('STEP_UNKNOWN', `Lab "${lab.id}" has no step "${id}".`, {
        next: `Its steps are: ${lab.steps.map((step, index) => `${index + 1} ${step.id}`).join(', ')}`,
      });
    return index;
  };
  const [first, last] = [at(from, 0), at(until, lab.steps.length - 1)];
  if (first > last)
    throw new LabError('STEP_RANGE_EMPTY', `Step "${from}" comes after step "${until}" in lab "${lab.id}".`, {
      next: `Change their places: --from ${until} --until ${from}`,
    });
  return lab.steps.slice(first, last + 1);
}
