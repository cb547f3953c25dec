import type { WireLab } from '../wire.ts';
import { useLanguage, useTexts } from './language.ts';
import { Sign } from './sign.tsx';

const SIGNS = { running: 'busy', pass: 'good', fail: 'bad', skip: 'idle', waiting: 'idle' } as const;

/** The lesson that started the dashboard: its steps, and its checks as they pass. */
export function LessonPanel({ lesson }: { lesson: WireLab }) {
  const texts = useTexts();
  const language = useLanguage();
  return (
    <section class="panel lesson" aria-labelledby="lesson-title" data-lesson={lesson.outcome}>
      <h2 id="lesson-title">
        {texts.lesson}: {lesson.title[language]} <span class={`count ${lesson.outcome}`}>{texts.outcomes[lesson.outcome]}</span>
      </h2>
      <p>{lesson.summary[language]}</p>
      <ol class="lesson-steps" aria-label={texts.lessonSteps}>
        {lesson.steps.map((step) => (
          <li key={step.id} class={step.outcome} aria-current={step.outcome === 'running' ? 'step' : undefined} data-lesson-step={step.id}>
            <div class="row">
              <Sign name={SIGNS[step.outcome]} />
              <b>{step.title[language]}</b>
              <span class="visually-hidden">({texts.outcomes[step.outcome]})</span>
            </div>
            {step.outcome === 'running' && step.say !== undefined ? <p>{step.say[language]}</p> : null}
            {step.outcome === 'running' || step.outcome === 'fail' ? (
              <>
                {step.commands.map((command) => (
                  <pre key={command}>
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
              </>
            ) : null}
          </li>
        ))}
      </ol>
    </section>
  );
}
