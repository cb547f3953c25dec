import type { WireTraffic, WireTrafficSample } from '../wire.ts';
import { useTexts } from './language.ts';
import { trafficShare } from './traffic-share.ts';

/** The picture widens with what is known, between these bounds. */
const SHOWN_SECONDS = { least: 30, most: 90 };
const WINDOW_SECONDS = 10;
const SMOOTHED_SECONDS = 3;
const WIDTH = 600;
const HEIGHT = 150;

/** Measured against wanted: the share of the canary over the last minute and a half, with failures where they happened. */
export function TrafficPicture({ traffic }: { traffic: WireTraffic }) {
  const texts = useTexts();
  if (traffic.state === 'unavailable') {
    return (
      <section class="panel" aria-labelledby="traffic-title">
        <h2 id="traffic-title">{texts.traffic}</h2>
        <p class="muted" data-traffic={traffic.why}>
          {texts.trafficUnavailable[traffic.why]}
        </p>
      </section>
    );
  }
  const { samples, url, ratePerSecond } = traffic;
  const recent = trafficShare(samples.slice(-WINDOW_SECONDS));
  const wanted = `${Math.round(samples.at(-1)?.wantedPercent ?? 0)}%`;
  const isKnown = recent.canary + recent.stable + recent.others > 0;
  const measured = isKnown ? `${Math.round(recent.canaryPercent)}%` : '–';
  const margin = isKnown ? texts.plusMinus(`${Math.ceil(recent.marginPercent)}`) : '';
  const seconds = Math.min(SHOWN_SECONDS.most, Math.max(SHOWN_SECONDS.least, samples.length));
  const statuses = Object.entries(recent.byStatus).sort(([a], [b]) => (a < b ? -1 : 1));
  return (
    <section class="panel traffic" aria-labelledby="traffic-title" data-traffic="measured">
      <h2 id="traffic-title">{texts.traffic}</h2>
      <div class="row wrap figures">
        <div class="figure canary">
          <span class="swatch" aria-hidden="true" />
          <span>
            <b data-measured={recent.canaryPercent.toFixed(1)}>{measured}</b> <small>{margin}</small>
            <br />
            {texts.canary}, {texts.trafficMeasured}
          </span>
        </div>
        <div class="figure wanted">
          <span class="swatch line" aria-hidden="true" />
          <span>
            <b>{wanted}</b>
            <br />
            {texts.canary}, {texts.trafficWanted}
          </span>
        </div>
        <div class="figure stable">
          <span class="swatch" aria-hidden="true" />
          <span>
            <b>{isKnown ? `${Math.round((recent.stable * 100) / (recent.canary + recent.stable + recent.others))}%` : '–'}</b>
            <br />
            {texts.stable}
          </span>
        </div>
        <div class="figure">
          <span>
            <b>{recent.requests === 0 ? '–' : texts.ms(recent.p95Ms.toFixed(0))}</b>
            <br />
            {texts.p95}
          </span>
        </div>
        <div class={`figure${recent.failures > 0 ? ' failing' : ''}`}>
          <span>
            <b data-failures={recent.failures}>{recent.failures}</b>
            <br />
            {texts.failures}
          </span>
        </div>
      </div>
      <Chart samples={samples} seconds={seconds} label={texts.chartLabel(`${measured} ${margin}`, wanted)} />
      <div class="axis" aria-hidden="true">
        <span>{texts.secondsAgo(seconds)}</span>
        <span>{texts.nowLabel}</span>
      </div>
      <p class="small">
        {statuses.map(([status, count]) => (
          <span key={status} class={`code${status === 'error' || status >= '500' ? ' failing' : ''}`}>
            {status === 'error' ? texts.noAnswer : status}: {count}
          </span>
        ))}{' '}
        {texts.trafficWindow(WINDOW_SECONDS, recent.requests)}. {texts.trafficFrom(url, ratePerSecond)}
      </p>
    </section>
  );
}

/** From the top edge down hang the seconds with failures, as long as half the height when every request failed. */
function failedShare({ failures, byStatus }: WireTrafficSample): number {
  return (
    failures /
    Math.max(
      1,
      Object.values(byStatus).reduce((sum, count) => sum + count, 0),
    )
  );
}

function Chart({ samples, seconds, label }: { samples: readonly WireTrafficSample[]; seconds: number; label: string }) {
  const endMs = samples.at(-1)?.atMs ?? 0;
  const shown = samples.filter(({ atMs }) => atMs > endMs - seconds * 1000);
  const x = (atMs: number): number => WIDTH - ((endMs - atMs) / (seconds * 1000)) * WIDTH;
  const y = (percent: number): number => HEIGHT - (percent / 100) * HEIGHT;
  const points = shown.map((sample) => ({
    x: x(sample.atMs),
    share: trafficShare(samples.slice(Math.max(0, samples.indexOf(sample) + 1 - SMOOTHED_SECONDS), samples.indexOf(sample) + 1)),
    sample,
  }));
  const line = (value: (point: (typeof points)[number]) => number): string =>
    points.map((point, at) => `${at === 0 ? 'M' : 'L'}${point.x.toFixed(1)} ${y(value(point)).toFixed(1)}`).join('');
  const canary = line(({ share }) => share.canaryPercent);
  const wanted = points
    .map(({ x: at, sample }, index) =>
      index === 0 ? `M${at.toFixed(1)} ${y(sample.wantedPercent)}` : `H${at.toFixed(1)}V${y(sample.wantedPercent)}`,
    )
    .join('');
  const first = points[0]?.x ?? WIDTH;
  return (
    <svg class="chart" viewBox={`0 -4 ${WIDTH} ${HEIGHT + 8}`} preserveAspectRatio="none" role="img" aria-label={label}>
      {points.length < 2 ? null : <rect class="stable-area" x={first} y={0} width={WIDTH - first} height={HEIGHT} />}
      {points.length < 2 ? null : <path class="canary-area" d={`${canary}V${HEIGHT}H${first.toFixed(1)}Z`} />}
      {[25, 50, 75].map((percent) => (
        <line key={percent} class="grid" x1={0} x2={WIDTH} y1={y(percent)} y2={y(percent)} />
      ))}
      <path class="canary-line" d={canary} />
      <path class="wanted-line" d={wanted} />
      {points
        .filter(({ sample }) => sample.failures > 0)
        .map(({ x: at, sample }) => (
          <rect
            key={sample.atMs}
            class="failure"
            x={at - WIDTH / seconds}
            y={-4}
            width={WIDTH / seconds}
            height={8 + failedShare(sample) * HEIGHT * 0.5}
          />
        ))}
    </svg>
  );
}
