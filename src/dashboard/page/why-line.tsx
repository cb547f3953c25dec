import type { WireInsight } from '../wire.ts';
import { type ClusterNow, useClusterNow } from './cluster-now.ts';
import { countdownText } from './duration-text.ts';
import { useTexts } from './language.ts';

/** In words, what the controller waits for. */
export function WhyLine({
  insight,
  now,
  message,
}: {
  insight: WireInsight | undefined;
  now: ClusterNow | undefined;
  message: string | undefined;
}) {
  const texts = useTexts();
  const waiting = insight?.waiting;
  const nowMs = useClusterNow(now, waiting?.code === 'pause-timer');
  if (waiting === undefined) return message === undefined ? null : <p class="why">{message}</p>;
  let text: string;
  let detail: string | undefined;
  switch (waiting.code) {
    case 'pause-timer':
      text = texts.waitingTimer(countdownText(waiting.untilMs - nowMs));
      break;
    case 'pods':
      text = texts.waitingPods(waiting.available, waiting.wanted);
      break;
    case 'aborted':
      text = texts.waitingAborted;
      detail = waiting.message;
      break;
    case 'deadline':
      text = texts.waitingDeadline;
      detail = waiting.message;
      break;
    default:
      text = texts.waiting[waiting.code];
      detail = waiting.code === 'invalid' || waiting.code === 'unknown' ? message : undefined;
  }
  return (
    <p class="why" data-why={waiting.code}>
      <strong class="visually-hidden">{texts.why}: </strong>
      {text}
      {detail === undefined ? null : <span class="detail">{detail}</span>}
    </p>
  );
}
