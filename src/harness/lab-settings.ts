import { LabError } from '../base/errors.ts';

/** What the person who runs a lab may choose instead of the lab's own default, by the option that says so. */
export interface LabSettings {
  /** Registry and repository of the sample app, without a tag (`--image`). */
  sampleAppImage?: string | undefined;
  /** Version of the argo-rollouts chart (`--argo-rollouts`). */
  argoRolloutsChart?: string | undefined;
  /** Folder of a chart of one's own (`--chart`). */
  chart?: string | undefined;
}

const OPTIONS: Readonly<Record<keyof LabSettings, string>> = {
  sampleAppImage: '--image',
  argoRolloutsChart: '--argo-rollouts',
  chart: '--chart',
};

/** Hands out settings and knows which ones a lab has asked for. */
export class SettingsReader {
  readonly #settings: LabSettings;
  readonly #asked = new Set<keyof LabSettings>();

  constructor(settings: LabSettings) {
    this.#settings = settings;
  }

  readonly read = (name: keyof LabSettings): string | undefined => {
    this.#asked.add(name);
    return this.#settings[name];
  };

  /** Throws `OPTION_UNUSED` when a setting was given that the lab has not asked for: it would change nothing. */
  requireAllAsked(lab: string): void {
    for (const name of Object.keys(OPTIONS) as (keyof LabSettings)[]) {
      if (this.#settings[name] !== undefined && !this.#asked.has(name))
        throw new LabError('OPTION_UNUSED', `Lab "${lab}" does not use ${OPTIONS[name]}.`, { next: `Leave ${OPTIONS[name]} out.` });
    }
  }
}
