import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { WireSettings } from '../wire.ts';

/** What a server that is not ours is taken to say. */
export const PLAIN_SETTINGS: WireSettings = { readOnly: false, context: '', hasLab: false };

const SettingsContext = createContext<WireSettings>(PLAIN_SETTINGS);
export const SettingsProvider = SettingsContext.Provider;
export function useSettings(): WireSettings {
  return useContext(SettingsContext);
}
