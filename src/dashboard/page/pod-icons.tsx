import type { WirePod } from '../wire.ts';
import { useTexts } from './language.ts';
import { Sign, signOfLetter } from './sign.tsx';
import { toneOf } from './status-badge.tsx';

/** One sign per Pod; its name, status and readiness as text for who points at it or listens. */
export function PodIcons({ pods }: { pods: readonly WirePod[] }) {
  const texts = useTexts();
  if (pods.length === 0) return <span class="muted">{texts.noPods}</span>;
  return (
    <ul class="pods">
      {pods.map((pod) => {
        const title =
          texts.podTitle(pod.objectMeta.name, pod.status ?? '', pod.ready ?? '') +
          ((pod.restarts ?? 0) > 0 ? `, ${texts.restarts(pod.restarts ?? 0)}` : '');
        return (
          <li
            key={pod.objectMeta.uid ?? pod.objectMeta.name}
            class={`pod ${pod.status === 'Running' ? 'good' : toneOf(pod.status)}`}
            title={title}
          >
            <Sign name={signOfLetter(pod.icon)} />
            <span class="visually-hidden">{title}</span>
          </li>
        );
      })}
    </ul>
  );
}
