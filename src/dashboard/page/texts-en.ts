/** The page's words in English; the other languages have the same members. */
export const en = {
  appName: 'Argo Rollouts', skipToContent: 'Skip to content', language: 'Language', dark: 'Dark', light: 'Light', theme: 'Colours', namespace: 'Namespace', context: 'Context', readOnly: 'read-only',
  connectionLost: 'The connection to the dashboard was lost. Trying again…', loading: 'Loading…', close: 'Close', cancel: 'Cancel', dismiss: 'Dismiss',
  statuses: { Healthy: 'Healthy', Progressing: 'Progressing', Paused: 'Paused', Degraded: 'Degraded', Unknown: 'Unknown', ScaledDown: 'Scaled down', Running: 'Running', Successful: 'Successful', Failed: 'Failed', Error: 'Error', Inconclusive: 'Inconclusive', Pending: 'Pending', ReplicaFailure: 'Replica failure' } as Record<string, string>,

  rollouts: 'Rollouts', search: 'Search', searchHint: 'name, !not, "exact", label:value', filterByStatus: 'Show only', favourites: 'Favourites', needsAttention: 'Needs attention', grid: 'Cards', table: 'Table', view: 'View',
  noRollouts: 'No Rollouts to display!', noRolloutsHint: 'This namespace has no Rollout yet. Deploy one, for example with:', noMatch: 'No Rollout matches the search and the filters.', clearFilters: 'Show all',
  addFavourite: (name: string) => `Mark ${name} as a favourite`, removeFavourite: (name: string) => `${name} is a favourite; unmark it`,
  strategy: 'Strategy', weight: 'Weight', status: 'Status', name: 'Name', step: 'Step', pods: 'Pods', revision: 'Revision', noPods: 'No Pods!', noReplicaSets: 'No replica sets!', ready: 'Ready',
  shownCount: (shown: number, all: number) => (shown === all ? `${all}` : `${shown} of ${all}`),

  back: 'All Rollouts', notFound: (name: string) => `There is no Rollout "${name}" here.`, waitingForRollout: 'The page shows it as soon as it appears.',
  summary: 'Summary', setWeight: 'Set weight', actualWeight: 'Actual weight', replicas: 'Replicas', desired: 'desired', updated: 'updated', available: 'available', current: 'current', readyCount: 'ready',
  steps: 'Steps', noSteps: 'This Rollout has no steps.', stepDone: 'done', stepCurrent: 'now', stepNext: 'to come',
  stepTexts: {
    setWeight: (percent: number) => `Set Weight: ${percent}%`, pause: 'Pause', pauseFor: (duration: string) => `Pause: ${duration}`, analysis: 'Analysis', scale: 'Canary Scale', experiment: 'Experiment',
    setHeader: (name: string) => `Set Header: ${name}`, removeHeader: (name: string) => `Remove Header: ${name}`, setMirror: (name: string) => `Set Mirror: ${name}`, removeMirror: (name: string) => `Remove Mirror: ${name}`, unknown: 'Unknown step',
  },
  timeLeft: (time: string) => `${time} left`, untilPromoted: 'until promoted',

  actions: { 'promote': 'Promote', 'promote-full': 'Promote-Full', 'abort': 'Abort', 'retry': 'Retry', 'restart': 'Restart' }, actionsOf: (name: string) => `Actions on ${name}`,
  areYouSure: 'Are you sure?', yes: (action: string) => `Yes: ${action}`,
  confirms: {
    'promote-full': 'All remaining steps, pauses and analysis are skipped, and the new version gets all traffic.', 'abort': 'All traffic goes back to the stable version at once.', 'restart': 'Every Pod is replaced, a few at a time.',
  },
  neverRestarted: 'Never restarted', lastRestarted: (time: string) => `Last restarted ${time}`, notAllowed: 'You are not allowed to do that.', failedTo: (action: string) => `${action} did not work`, done: (action: string) => `${action}: sent`,

  containers: 'Containers', initContainers: 'Init containers', edit: 'Edit', save: 'Save', image: 'Image', imageOf: (name: string) => `Image of ${name}`, imageNeedsTag: 'Write the image with its tag, such as shop:1.2.0.', confirmImages: 'A new revision starts, and its steps run from the first.',

  revisions: 'Revisions', revisionN: (number: number) => `Revision ${number}`, rollback: 'Rollback', rollbackTo: (number: number) => `Rollback to revision ${number}`, confirmRollback: (number: number) => `The Pod template of revision ${number} is written back. That makes a new revision, which runs the steps.`,
  scaledownIn: (time: string) => `Scaledown in ${time}`, tags: { stable: 'stable', canary: 'canary', active: 'active', preview: 'preview', ping: 'ping', pong: 'pong' }, podTitle: (name: string, status: string, ready: string) => `${name}: ${status}, ready ${ready}`, restarts: (count: number) => `${count} restarts`, availableOf: (available: number, replicas: number) => `${available} of ${replicas} available`, experiments: 'Experiments',

  analysisRuns: 'Analysis runs', measurements: 'Measurements', metric: 'Metric', value: 'Value', time: 'Time', result: 'Result', condition: 'Condition', successWhen: 'Succeeds when', failsWhen: 'Fails when', noMeasurements: 'No measurement yet.', counts: (good: number, bad: number, unclear: number, errors: number) => `${good} successful, ${bad} failed, ${unclear} inconclusive, ${errors} errors`,

  conditions: 'Conditions', events: 'Events', noEvents: 'No Events.', reason: 'Reason', message: 'Message', times: (count: number) => `${count} times`,

  traffic: 'Where the traffic goes', trafficWanted: 'wanted', trafficMeasured: 'measured', canary: 'canary', stable: 'stable', others: 'others', trafficWindow: (seconds: number, requests: number) => `the last ${seconds} s, ${requests} requests`, plusMinus: (percent: string) => `± ${percent}`,
  trafficFrom: (url: string, rate: number) => `${rate} requests per second to ${url}, sent by this dashboard while the page is open.`, p95: '95 % answer within', ms: (value: string) => `${value} ms`, failures: 'Failures', statusCodes: 'Status codes', noAnswer: 'no answer',
  trafficUnavailable: {
    'no-address': 'The address of the ingress is not known. Start the dashboard with --ingress http://127.0.0.1:PORT to measure it.', 'no-ingress': 'This Rollout routes no traffic through an Ingress of ingress-nginx, so there is nothing to measure.',
    'not-local': 'The ingress is not on this machine; only loopback addresses are measured.', 'off': 'The measuring is switched off.',
  },
  chartLabel: (measured: string, wanted: string) => `Share of the canary over time. Now measured: ${measured}, wanted: ${wanted}.`, secondsAgo: (seconds: number) => `${seconds} s ago`, nowLabel: 'now',

  why: 'Why',
  waiting: {
    'nothing': 'Nothing is under way: the stable version gets all traffic.', 'promotion': 'The Rollout waits for you: press Promote to go on.', 'unpause': 'The pause has ended; the controller goes on in a moment.', 'paused-by-hand': 'Somebody paused the Rollout by hand. Promote ends the pause.',
    'observation': 'The controller has not yet seen the latest change.', 'analysis': 'The controller waits for the result of an analysis.', 'inconclusive': 'The measurements were inconclusive. Decide: Promote goes on, Abort goes back.', 'experiment': 'The controller waits for the end of an experiment.',
    'restart': 'The Pods are being replaced.', 'full-promotion': 'The new version is made ready for all traffic; the remaining steps are skipped.', 'steps': 'The controller works through the steps.', 'old-pods': 'The new version is there; old Pods are ending.', 'invalid': 'The Rollout\'s specification is invalid, so the controller leaves it alone.', 'unknown': 'The controller has not said what it waits for.',
  },
  waitingTimer: (time: string) => `A timed pause runs: it goes on by itself in ${time}. Promote ends it now.`, waitingPods: (available: number, wanted: number) => `Waiting for Pods: ${available} of ${wanted} are available.`,
  waitingAborted: 'The update was aborted, and the stable version has all traffic. Retry starts it again; Rollback or a new image replaces it.', waitingDeadline: 'The new Pods did not become available in time. Look at their status below.',

  lesson: 'Lesson', lessonSteps: 'Steps of the lesson', expected: 'Expected', observed: 'Observed', outcomes: { running: 'running', pass: 'passed', fail: 'failed', skip: 'left out', waiting: 'to come', interrupted: 'interrupted' },
};

export type Texts = typeof en;
