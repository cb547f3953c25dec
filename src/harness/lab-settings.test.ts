import { expect, it } from 'vitest';
import { SettingsReader } from './lab-settings.ts';

it('hands out what was chosen and refuses what the lab has not asked for', () => {
  const settings = new SettingsReader({ sampleAppImage: 'registry.example/shop', chart: undefined });
  expect(() => settings.requireAllAsked('mine')).toThrow('Lab "mine" does not use --image.');
  expect(settings.read('sampleAppImage')).toBe('registry.example/shop');
  expect(settings.read('argoRolloutsChart')).toBeUndefined();
  settings.requireAllAsked('mine');
});
