import type { Language } from '../harness/text.ts';
import type { App } from './app.ts';
import { oneOf } from './one-of.ts';

/** The language asked for, else the one of the locale, else English. */
export function languageOf(asked: string | undefined, app: App): Language {
  if (asked !== undefined) return oneOf('--lang', asked, ['en', 'ko']);
  const locale = app.env['LC_ALL'] || app.env['LC_MESSAGES'] || app.env['LANG'] || '';
  return locale.startsWith('ko') ? 'ko' : 'en';
}
