export type Language = 'en' | 'ko';
export const LANGUAGES: readonly Language[] = ['en', 'ko'];

/** A text that a learner reads, in every language that the labs speak. */
export interface Text {
  en: string;
  ko: string;
}
