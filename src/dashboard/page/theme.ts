import { store, stored } from './browser-storage.ts';

export type Theme = 'light' | 'dark';

/** The theme chosen before, else the system's. */
export function storedTheme(): Theme {
  const choice = stored('dashboardTheme');
  if (choice === 'light' || choice === 'dark') return choice;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

export function applyTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
}

export function chooseTheme(theme: Theme): void {
  store('dashboardTheme', theme);
  applyTheme(theme);
}
