import type { WireStep } from '../wire.ts';
import { pauseText } from './duration-text.ts';
import type { Texts } from './texts-en.ts';

/** A step in words; in English those of upstream's page. */
export function stepText(step: WireStep, texts: Texts): string {
  const words = texts.stepTexts;
  if (step.setWeight !== undefined) return words.setWeight(step.setWeight);
  if (step.pause !== undefined) return step.pause?.duration === undefined ? words.pause : words.pauseFor(pauseText(step.pause.duration));
  if (step.analysis !== undefined) return words.analysis;
  if (step.setCanaryScale !== undefined) return words.scale;
  if (step.experiment !== undefined) return words.experiment;
  if (step.setHeaderRoute !== undefined)
    return (step.setHeaderRoute.match ?? []).length > 0
      ? words.setHeader(step.setHeaderRoute.name)
      : words.removeHeader(step.setHeaderRoute.name);
  if (step.setMirrorRoute !== undefined)
    return (step.setMirrorRoute.match ?? []).length > 0
      ? words.setMirror(step.setMirrorRoute.name)
      : words.removeMirror(step.setMirrorRoute.name);
  return step.plugin?.name ?? words.unknown;
}
