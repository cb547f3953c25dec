import { cmd } from '../../src/index.ts';
import { ns, sampleAppImage } from './names.ts';

// What the labs type again and again.

export const rolloutCommand = (...words: string[]) => cmd('kubectl', ['argo', 'rollouts', ...words, '-n', ns]);
export const promote = () => rolloutCommand('promote', 'sample-app');
export const promoteFully = () => rolloutCommand('promote', 'sample-app', '--full');
export const abort = () => rolloutCommand('abort', 'sample-app');
export const undo = () => rolloutCommand('undo', 'sample-app');
/** Waits until the Rollout is healthy, as a job that deploys would. */
export const untilHealthy = () => rolloutCommand('status', 'sample-app', '--timeout', '120s');
export const showTree = () => rolloutCommand('get', 'rollout', 'sample-app', '--no-color');

/** Gives the container `sample-app` another version. */
export const setImage = (tag: string) =>
  cmd('kubectl', (v) => ['argo', 'rollouts', 'set', 'image', 'sample-app', `sample-app=${v['image']}:${tag}`, '-n', ns]);

/** Waits for the pause of a rollout that has just begun, or for the one after a retry. */
export const untilPaused = () =>
  cmd('kubectl', ['wait', 'rollout/sample-app', '-n', ns, '--for', 'jsonpath={.status.phase}=Paused', '--timeout', '120s']);

export const patchRollout = (spec: object) =>
  cmd('kubectl', ['patch', 'rollout', 'sample-app', '-n', ns, '--type', 'merge', '-p', JSON.stringify({ spec })]);

/** Waits for a Deployment or StatefulSet, as `deployment/name`. */
export const rolledOut = (workload: string, namespace: string = ns) =>
  cmd('kubectl', ['rollout', 'status', workload, '-n', namespace, '--timeout', '300s']);

/** Installs the lab's chart of the sample app, with the image that the person who runs the lab has chosen. */
export const installSampleApp = (...settings: string[]) =>
  cmd('helm', (v) => [
    'install',
    v['chart'],
    '--name-template',
    'sample-app',
    '--create-namespace',
    '-n',
    ns,
    ...[...settings, ...(v['image'] === sampleAppImage ? [] : [`image.repository=${v['image']}`])].flatMap((setting) => ['--set', setting]),
  ]);
