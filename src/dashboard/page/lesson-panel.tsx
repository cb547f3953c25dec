import type { WireLab, WireLabStep } from '../wire.ts';
import { useLanguage, useTexts } from './language.ts';
import { Sign } from './sign.tsx';

const SIGNS = { running: 'busy', pass: 'good', fail: 'bad', skip: 'idle', waiting: 'idle' } as const;

/** The lesson that started the dashboard: its steps, and its checks as they pass. */
export function LessonPanel({ lesson }: { lesson: WireLab }) {
  const texts = useTexts();
  const language = useLanguage();
  // The step after the running one is in sight; those after it must not push the Rollout down.
  const begun = lesson.steps.findLastIndex(({ outcome }) => outcome !== 'waiting');
  const near = lesson.steps.slice(0, begun + 2);
  const far = lesson.steps.slice(begun + 2);
  return (
    <section class="panel lesson" aria-labelledby="lesson-title" data-lesson={lesson.outcome}>
      <h2 id="lesson-title">
        {texts.lesson}: {lesson.title[language]} <span class={`count ${lesson.outcome}`}>{texts.outcomes[lesson.outcome]}</span>
      </h2>
      <p>{lesson.summary[language]}</p>
      <ol class="lesson-steps" aria-label={texts.lessonSteps}>
        {near.map((step) => (
          <LessonStep key={step.id} step={step} />
        ))}
      </ol>
      {far.length === 0 ? null : (
        <details>
          <summary>{texts.moreSteps(far.length)}</summary>
          <ol class="lesson-steps" start={near.length + 1}>
            {far.map((step) => (
              <LessonStep key={step.id} step={step} />
            ))}
          </ol>
        </details>
      )}
    </section>
  );
}

function LessonStep({ step }: { step: WireLabStep }) {
  const texts = useTexts();
  const language = useLanguage();
  return (
    <li class={step.outcome} aria-current={step.outcome === 'running' ? 'step' : undefined} data-lesson-step={step.id}>
      {step.say === undefined ? (
        <StepTitle step={step} />
      ) : (
        <details open={step.outcome === 'running' || step.outcome === 'fail'}>
          <summary>
            <StepTitle step={step} />
          </summary>
          <p>{step.say[language]}</p>
          {step.commands.map((command, at) => (
            <pre key={at}>
              <code>{command}</code>
            </pre>
          ))}
          <ul class="checks">
            {step.checks.map((check) => (
              <li key={check.id} class={check.outcome}>
                <Sign name={SIGNS[check.outcome]} /> {check.title[language]}
                <span class="visually-hidden"> ({texts.outcomes[check.outcome]})</span>
                {check.outcome === 'fail' ? (
                  <span class="detail">
                    {texts.expected}: {check.expected}. {texts.observed}: {check.observed}
                  </span>
                ) : null}
              </li>
            ))}
          </ul>
          {(step.notes ?? []).map((note, at) => (
            <p key={at} class="muted">
              {note[language]}
            </p>
          ))}
        </details>
      )}
    </li>
  );
}

function StepTitle({ step }: { step: WireLabStep }) {
  const texts = useTexts();
  return (
    <span class="step-title">
      <Sign name={SIGNS[step.outcome]} />
      <b>{step.title[useLanguage()]}</b>
      <span class="visually-hidden">({texts.outcomes[step.outcome]})</span>
    </span>
  );
}
