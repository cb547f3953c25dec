import type { WireInsight } from '../wire.ts';
import { clockText } from './duration-text.ts';
import { useLanguage, useTexts } from './language.ts';
import { Sign } from './sign.tsx';

export function EventsPanel({ events, eventsForbidden }: Pick<WireInsight, 'events' | 'eventsForbidden'>) {
  const texts = useTexts();
  const language = useLanguage();
  return (
    <section class="panel" aria-labelledby="events-title">
      <h2 id="events-title">{texts.events}</h2>
      {events.length === 0 ? (
        <p class="muted">{eventsForbidden ? texts.eventsForbidden : texts.noEvents}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
        <div class="scroller" tabIndex={0}>
          <ul class="timeline">
            {events.map((event) => (
              <li key={`${event.at}${event.reason}${event.message}`} class={event.type === 'Warning' ? 'bad' : undefined}>
                <time dateTime={event.at}>{clockText(event.at, language)}</time>
                <span>
                  <b>
                    {event.type === 'Warning' ? <Sign name="warning" /> : null}
                    {event.reason}
                  </b>
                  {event.count > 1 ? ` (${texts.times(event.count)})` : ''}
                  <br />
                  {event.message}
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

export function ConditionsPanel({ conditions }: { conditions: WireInsight['conditions'] }) {
  const texts = useTexts();
  const language = useLanguage();
  return (
    <section class="panel" aria-labelledby="conditions-title">
      <h2 id="conditions-title">{texts.conditions}</h2>
      {conditions.length === 0 ? <p class="muted">{texts.noConditions}</p> : null}
      <ul class="timeline">
        {conditions.map((condition) => (
          <li key={condition.type}>
            <time dateTime={condition.at}>{clockText(condition.at, language)}</time>
            <span>
              <b>
                {condition.type}: {condition.status}
              </b>
              <br />
              {condition.reason}
              {condition.message === '' ? '' : `: ${condition.message}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
