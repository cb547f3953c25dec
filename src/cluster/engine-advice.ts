import { LabError } from '../base/errors.ts';
import { installLine } from '../tools/program.ts';
import type { EngineFailure } from './container-engine.ts';
import { explainFailure } from './explain-failure.ts';

/** Why no container engine can be used: one that is installed and silent is worth more words than one that is missing. */
export function noEngine(failures: readonly EngineFailure[]): LabError {
  const silent = failures.find(({ isInstalled }) => isInstalled);
  if (silent !== undefined) {
    const error = explainFailure('docker', silent.output === '' ? 'Cannot connect to the Docker daemon' : silent.output, {
      name: '',
      engine: silent.name,
    });
    return error.code === 'DOCKER_FAILED'
      ? new LabError('ENGINE_NOT_RUNNING', `${silent.name} is installed but does not answer.`, {
          cause: error.cause,
          next: `Look at: ${silent.name} info`,
        })
      : error;
  }
  return new LabError(
    'ENGINE_MISSING',
    `No container engine was found (looked for ${failures.map(({ name }) => name).join(', ') || 'an unknown one'}).`,
    { next: `Install Docker: ${installLine('docker', process.platform)}` },
  );
}
