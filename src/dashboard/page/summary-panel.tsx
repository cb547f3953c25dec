import type { WireInsight, WireRollout } from '../wire.ts';
import { Bar } from './bar.tsx';
import { useTexts } from './language.ts';

export function SummaryPanel({ rollout, insight }: { rollout: WireRollout; insight: WireInsight | undefined }) {
  const texts = useTexts();
  const max = insight?.maxWeight ?? 100;
  const isCanary = rollout.strategy === 'Canary';
  const counts = [
    [texts.desired, rollout.desired],
    [texts.current, rollout.current],
    [texts.updated, rollout.updated],
    [texts.readyCount, rollout.ready],
    [texts.available, rollout.available],
  ] as const;
  return (
    <section class="panel" aria-labelledby="summary-title">
      <h2 id="summary-title">{texts.summary}</h2>
      <dl class="facts wide">
        <div class={rollout.step === undefined ? 'whole' : undefined}>
          <dt>{texts.strategy}</dt>
          <dd>{rollout.strategy ?? '–'}</dd>
        </div>
        {rollout.step === undefined ? null : (
          <div>
            <dt>{texts.step}</dt>
            <dd>{rollout.step}</dd>
          </div>
        )}
        {isCanary ? <Weight label={texts.setWeight} value={Number(rollout.setWeight ?? 0)} max={max} name="set-weight" /> : null}
        {isCanary ? <Weight label={texts.actualWeight} value={Number(rollout.actualWeight ?? 0)} max={max} name="actual-weight" /> : null}
      </dl>
      <h3>{texts.replicas}</h3>
      <dl class="facts counts">
        {counts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value ?? 0}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Weight({ label, value, max, name }: { label: string; value: number; max: number; name: string }) {
  return (
    <div class="weight" data-weight={name}>
      <dt>{label}</dt>
      <dd>
        {value}
        {max === 100 ? '%' : `/${max}`}
        <Bar share={value / max} />
      </dd>
    </div>
  );
}
