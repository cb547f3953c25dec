import type { WireInsight, WireRollout } from '../wire.ts';
import { Bar } from './bar.tsx';
import { type ClusterNow, useClusterNow } from './cluster-now.ts';
import { countdownText } from './duration-text.ts';
import { useTexts } from './language.ts';
import { Sign } from './sign.tsx';
import { stepText } from './step-text.ts';

/** The steps of the strategy, which are done, which runs, and how long a timed pause still takes. */
export function StepLadder({
  rollout,
  insight,
  now,
}: {
  rollout: WireRollout;
  insight: WireInsight | undefined;
  now: ClusterNow | undefined;
}) {
  const texts = useTexts();
  const steps = rollout.steps ?? [];
  const index = Number(rollout.step?.split('/')[0] ?? 0);
  return (
    <section class="panel steps-panel" aria-labelledby="steps-title">
      <h2 id="steps-title">
        {texts.steps} {rollout.step === undefined ? null : <span class="count">{rollout.step}</span>}
      </h2>
      {steps.length === 0 ? (
        <p class="muted">{texts.noSteps}</p>
      ) : (
        <ol class="ladder">
          {steps.map((step, at) => {
            const state = at < index ? 'done' : at === index ? 'now' : 'next';
            const isPause = state === 'now' && rollout.status === 'Paused' && step.pause !== undefined;
            return (
              <li key={at} class={`step ${state}`} aria-current={state === 'now' ? 'step' : undefined} data-step={state}>
                <span class="mark" aria-hidden="true">
                  {state === 'done' ? <Sign name="good" /> : at + 1}
                </span>
                <span class="what">
                  {stepText(step, texts)}
                  <span class="visually-hidden">
                    {' '}
                    ({state === 'done' ? texts.stepDone : state === 'now' ? texts.stepCurrent : texts.stepNext})
                  </span>
                </span>
                {isPause && insight?.pause !== undefined ? (
                  <PauseMeter pause={insight.pause} now={now} />
                ) : isPause && step.pause?.duration === undefined ? (
                  <span class="left">{texts.untilPromoted}</span>
                ) : null}
              </li>
            );
          })}
        </ol>
      )}
    </section>
  );
}

function PauseMeter({ pause: { startMs, endMs }, now }: { pause: { startMs: number; endMs: number }; now: ClusterNow | undefined }) {
  const texts = useTexts();
  const nowMs = useClusterNow(now, true);
  const share = endMs > startMs ? Math.min(1, Math.max(0, (nowMs - startMs) / (endMs - startMs))) : 1;
  return (
    <span class="left" data-countdown={Math.max(0, Math.round((endMs - nowMs) / 1000))}>
      <Bar share={share} />
      <span>{texts.timeLeft(countdownText(endMs - nowMs))}</span>
    </span>
  );
}
