import { useEffect, useRef, useState } from 'preact/hooks';
import type { WireAnalysisRun } from '../wire.ts';
import { clockText } from './duration-text.ts';
import { useLanguage, useTexts } from './language.ts';
import { Sign, signOf } from './sign.tsx';
import { StatusBadge, toneOf } from './status-badge.tsx';

/** A button coloured by the run's status, which opens its measurements. */
export function AnalysisRunButton({ run }: { run: WireAnalysisRun }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" class={`small run ${toneOf(run.status)}`} data-run={run.objectMeta.name} onClick={() => setOpen(true)}>
        <Sign name={signOf(run.status)} /> {run.objectMeta.name}
      </button>
      {isOpen ? <AnalysisRunDialog run={run} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function AnalysisRunDialog({ run, onClose }: { run: WireAnalysisRun; onClose: () => void }) {
  const texts = useTexts();
  const language = useLanguage();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const measurements = [...(run.nonJobInfo ?? []), ...(run.jobs ?? []).map((job) => ({ ...job, value: job.name ?? '' }))];
  return (
    <dialog ref={dialog} class="wide" aria-labelledby="run-title" onClose={onClose}>
      <div class="row">
        <h2 id="run-title">{run.objectMeta.name}</h2>
        <StatusBadge status={run.status} />
      </div>
      {run.message === undefined ? null : <p>{run.message}</p>}
      <p class="muted">{texts.counts(run.successful ?? 0, run.failed ?? 0, run.inconclusive ?? 0, run.error ?? 0)}</p>
      {(run.metrics ?? []).map((metric) => {
        const own = measurements.filter(({ metricName }) => metricName === metric.name);
        return (
          <section key={metric.name}>
            <h3>{metric.name}</h3>
            {metric.successCondition === undefined ? null : (
              <p class="small">
                {texts.successWhen}: <code>{metric.successCondition}</code>
              </p>
            )}
            {metric.failureCondition === undefined ? null : (
              <p class="small">
                {texts.failsWhen}: <code>{metric.failureCondition}</code>
              </p>
            )}
            {own.length === 0 ? (
              <p class="muted">{texts.noMeasurements}</p>
            ) : (
              <>
                <MeasurementLine values={own.map(({ value }) => numberIn(value))} label={`${texts.measurements}: ${metric.name}`} />
                <table>
                  <thead>
                    <tr>
                      <th scope="col">{texts.time}</th>
                      <th scope="col">{texts.value}</th>
                      <th scope="col">{texts.result}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {own.map((measurement) => (
                      <tr key={`${measurement.startedAt}${measurement.value}`}>
                        <td>{clockText(measurement.startedAt, language)}</td>
                        <td class="mono">{measurement.value ?? '–'}</td>
                        <td>
                          <StatusBadge status={measurement.status} />
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </>
            )}
          </section>
        );
      })}
      <div class="row end">
        <button type="button" onClick={() => dialog.current?.close()}>
          {texts.close}
        </button>
      </div>
    </dialog>
  );
}

function numberIn(text: string | undefined): number | undefined {
  const value = Number((text ?? '').replace(/^\[|\]$/g, '').split(',')[0] || Number.NaN);
  return Number.isFinite(value) ? value : undefined;
}

function MeasurementLine({ values, label }: { values: readonly (number | undefined)[]; label: string }) {
  const known = values.flatMap((value, at) => (value === undefined ? [] : [{ value, at }]));
  if (known.length < 2) return null;
  const low = Math.min(...known.map(({ value }) => value));
  const high = Math.max(...known.map(({ value }) => value));
  const point = ({ value, at }: { value: number; at: number }): string =>
    `${(at / (values.length - 1)) * 300} ${55 - ((value - low) / (high - low || 1)) * 50}`;
  return (
    <svg class="chart line" viewBox="0 0 300 60" preserveAspectRatio="none" role="img" aria-label={label}>
      <path class="canary-line" d={`M${known.map(point).join('L')}`} />
    </svg>
  );
}
