import { useState } from 'preact/hooks';
import type { WireRollout } from '../wire.ts';
import { isEnabled } from './action-rules.ts';
import { ConfirmDialog, type Question } from './confirm-dialog.tsx';
import { clockText } from './duration-text.ts';
import { useLanguage, useTexts } from './language.ts';
import { useTell } from './notices.tsx';
import { act, RestError, type Verb } from './rest-client.ts';
import { useSettings } from './settings.ts';

/** Runs a write and tells the reader when the cluster, or its rules, refuse it. */
export function useWrite(): (action: string, write: () => Promise<void>) => Promise<void> {
  const tell = useTell();
  const texts = useTexts();
  return async (action, write) => {
    try {
      await write();
    } catch (error) {
      const isForbidden = error instanceof RestError && error.httpStatus === 403;
      // Whatever is no answer of the server comes from the browser, in its own words.
      const text = error instanceof RestError ? error.message : texts.serverAway;
      tell({ kind: 'error', title: texts.failedTo(action), text: `${isForbidden ? `${texts.notAllowed} ` : ''}${text}` });
    }
  };
}

export function ActionButtons({ rollout, verbs }: { rollout: WireRollout; verbs: readonly Verb[] }) {
  const texts = useTexts();
  const language = useLanguage();
  const { readOnly } = useSettings();
  const write = useWrite();
  const [question, setQuestion] = useState<Question>();
  const [busy, setBusy] = useState<Verb>();
  // A button that is disabled while it has the focus would drop it, and a keyboard's user would start at the top of the page again.
  const [focused, setFocused] = useState<Verb>();
  const isOff = (verb: Verb): boolean => readOnly || busy !== undefined || !isEnabled(verb, rollout.status);
  const { name, namespace = '' } = rollout.objectMeta;
  const run = (verb: Verb) => async (): Promise<void> => {
    setBusy(verb);
    await write(texts.actions[verb], () => act(namespace, name, verb));
    setBusy(undefined);
  };
  const press = (verb: Verb): void => {
    if (isOff(verb)) return;
    const text = verb === 'promote-full' || verb === 'abort' || verb === 'restart' ? texts.confirms[verb] : undefined;
    if (text === undefined) void run(verb)();
    else
      setQuestion({
        action: texts.actions[verb],
        text,
        onYes: () => {
          void run(verb)();
        },
      });
  };
  const restarted =
    rollout.restartedAt === undefined || rollout.restartedAt === 'Never'
      ? texts.neverRestarted
      : texts.lastRestarted(clockText(rollout.restartedAt, language));
  return (
    <fieldset class="actions" aria-label={texts.actionsOf(name)}>
      {verbs.map((verb) => (
        <button
          key={verb}
          type="button"
          class={`action ${verb}`}
          data-action={verb}
          disabled={isOff(verb) && focused !== verb}
          aria-disabled={isOff(verb) && focused === verb ? 'true' : undefined}
          aria-busy={busy === verb}
          title={verb === 'restart' ? restarted : undefined}
          onClick={() => press(verb)}
          onFocus={() => setFocused(verb)}
          onBlur={() => setFocused(undefined)}
        >
          {texts.actions[verb]}
        </button>
      ))}
      {question === undefined ? null : <ConfirmDialog question={question} onClose={() => setQuestion(undefined)} />}
    </fieldset>
  );
}
