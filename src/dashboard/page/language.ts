import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { store, stored } from './browser-storage.ts';
import { en, type Texts } from './texts-en.ts';
import { ko } from './texts-ko.ts';

export type Language = 'en' | 'ko';

export const LANGUAGES: Readonly<Record<Language, { name: string; texts: Texts }>> = {
  en: { name: 'English', texts: en },
  ko: { name: '한국어', texts: ko },
};

export function storedLanguage(): Language {
  const choice = stored('dashboardLanguage') ?? navigator.language;
  return choice.startsWith('ko') ? 'ko' : 'en';
}

export function storeLanguage(language: Language): void {
  store('dashboardLanguage', language);
}

const LanguageContext = createContext<Language>('en');
export const LanguageProvider = LanguageContext.Provider;

export function useLanguage(): Language {
  return useContext(LanguageContext);
}
export function useTexts(): Texts {
  return LANGUAGES[useLanguage()].texts;
}
