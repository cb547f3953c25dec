import { useCallback, useEffect, useState } from 'preact/hooks';
import type { WireLab, WireNamespaces, WireSettings } from '../wire.ts';
import { browserTime } from './browser-time.ts';
import { followStream } from './event-stream.ts';
import { LANGUAGES, type Language, LanguageProvider, storedLanguage, storeLanguage } from './language.ts';
import { ListPage } from './list-page.tsx';
import { type Notice, NoticeProvider, Notices, type Tell } from './notices.tsx';
import { readNamespaces, readSettings, readVersion } from './rest-client.ts';
import { RolloutPage } from './rollout-page.tsx';
import { currentRoute, followInPage, goTo, hrefOf, type Route } from './route.ts';
import { PLAIN_SETTINGS, SettingsProvider } from './settings.ts';
import { chooseTheme, storedTheme, type Theme } from './theme.ts';

const ERROR_SHOWN_MS = 15_000;

/** The user's own namespace, unless only others hold Rollouts. */
function firstNamespace({ namespace, availableNamespaces = [] }: WireNamespaces): string | undefined {
  return namespace !== undefined && (availableNamespaces.length === 0 || availableNamespaces.includes(namespace))
    ? namespace
    : (availableNamespaces[0] ?? namespace);
}

export function App() {
  const [route, setRoute] = useState<Route>(currentRoute);
  const [language, setLanguage] = useState<Language>(storedLanguage);
  const [theme, setTheme] = useState<Theme>(storedTheme);
  const [settings, setSettings] = useState<WireSettings>(PLAIN_SETTINGS);
  const [namespaces, setNamespaces] = useState<WireNamespaces>();
  const [version, setVersion] = useState('');
  const [lesson, setLesson] = useState<WireLab>();
  const [notices, setNotices] = useState<readonly Notice[]>([]);
  useEffect(() => {
    const onMove = (): void => setRoute(currentRoute());
    addEventListener('popstate', onMove);
    return () => removeEventListener('popstate', onMove);
  }, []);
  useEffect(() => {
    void readSettings().then((found) => {
      if (found !== undefined) setSettings(found);
    });
    void readVersion().then(
      ({ rolloutsVersion }) => setVersion(rolloutsVersion),
      () => {},
    );
  }, []);
  const isEmpty = (namespaces?.availableNamespaces ?? []).length === 0;
  useEffect(() => {
    const read = (): void => {
      void readNamespaces().then(setNamespaces, () => setNamespaces((before) => before ?? {}));
    };
    read();
    // The first Rollout may come anywhere.
    return isEmpty ? browserTime.every(3000, read) : undefined;
  }, [route, isEmpty]);
  useEffect(() => (settings.hasLab ? followStream<WireLab>('lab/v1/lesson', { onValue: setLesson }) : undefined), [settings.hasLab]);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);

  const dismiss = useCallback((id: number): void => setNotices((all) => all.filter((notice) => notice.id !== id)), []);
  const tell = useCallback<Tell>(
    (notice) => {
      const id = browserTime.elapsedMs();
      setNotices((all) => [...all.slice(-3), { ...notice, id }]);
      browserTime.after(ERROR_SHOWN_MS, () => dismiss(id));
    },
    [dismiss],
  );

  const texts = LANGUAGES[language].texts;
  const namespace = route.namespace ?? (namespaces === undefined ? undefined : firstNamespace(namespaces));
  const choices = [...new Set([...(namespace === undefined ? [] : [namespace]), ...(namespaces?.availableNamespaces ?? [])])].sort();
  const home: Route = { page: 'list', namespace: route.namespace };
  return (
    <LanguageProvider value={language}>
      <SettingsProvider value={settings}>
        <NoticeProvider value={tell}>
          <a
            class="skip"
            href={`${hrefOf(route)}#content`}
            onClick={(event) => {
              event.preventDefault();
              document.getElementById('content')?.focus();
            }}
          >
            {texts.skipToContent}
          </a>
          <header class="top">
            <a class="brand" href={hrefOf(home)} onClick={followInPage(home)}>
              <img src="favicon.svg" alt="" width="28" height="28" /> <span>{texts.appName}</span> <small>{version}</small>
            </a>
            <label class="namespace">
              <span>{texts.namespace}</span>
              <select value={namespace ?? ''} onChange={(event) => goTo({ page: 'list', namespace: event.currentTarget.value })}>
                {choices.map((choice) => (
                  <option key={choice} value={choice}>
                    {choice}
                  </option>
                ))}
              </select>
            </label>
            {settings.context === '' ? null : (
              <span class="context">
                {texts.context} <b>{settings.context}</b>
              </span>
            )}
            {settings.readOnly ? <span class="tag">{texts.readOnly}</span> : null}
            <div class="row push">
              <fieldset class="row segmented" aria-label={texts.language}>
                {(Object.keys(LANGUAGES) as Language[]).map((choice) => (
                  <button
                    key={choice}
                    type="button"
                    lang={choice}
                    aria-pressed={language === choice}
                    data-language={choice}
                    onClick={() => {
                      storeLanguage(choice);
                      setLanguage(choice);
                    }}
                  >
                    {LANGUAGES[choice].name}
                  </button>
                ))}
              </fieldset>
              <fieldset class="row segmented" aria-label={texts.theme}>
                {(['light', 'dark'] as const).map((choice) => (
                  <button
                    key={choice}
                    type="button"
                    aria-pressed={theme === choice}
                    data-theme-choice={choice}
                    onClick={() => {
                      chooseTheme(choice);
                      setTheme(choice);
                    }}
                  >
                    {texts[choice]}
                  </button>
                ))}
              </fieldset>
            </div>
          </header>
          <main id="content" tabIndex={-1}>
            {route.page === 'list' ? (
              <ListPage namespace={namespace} lesson={lesson} />
            ) : (
              <RolloutPage key={`${namespace}/${route.name}`} namespace={namespace} name={route.name} lesson={lesson} />
            )}
          </main>
          <Notices notices={notices} onDismiss={dismiss} />
        </NoticeProvider>
      </SettingsProvider>
    </LanguageProvider>
  );
}
