import { type ComponentChild, h } from 'preact';
import { useMemo } from 'preact/hooks';
import { useLanguage } from './language.ts';
import { useSettings } from './settings.ts';

/** Draws a component again only when one of its properties (or the language, or the settings) is another. */
export function memo<P extends object>(component: (props: P) => ComponentChild): (props: P) => ComponentChild {
  return function Memo(props: P) {
    const inputs = [useLanguage(), useSettings(), ...Object.values(props)];
    return useMemo(() => h(component, props), inputs) as ComponentChild;
  };
}
