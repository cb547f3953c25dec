import { useEffect } from 'preact/hooks';
import type { WireLab } from '../wire.ts';
import { ActionButtons } from './action-buttons.tsx';
import { VERBS } from './action-rules.ts';
import { ContainersPanel } from './containers-panel.tsx';
import { ConditionsPanel, EventsPanel } from './history-panels.tsx';
import { useTexts } from './language.ts';
import { LessonPanel } from './lesson-panel.tsx';
import { RevisionsPanel } from './revisions-panel.tsx';
import { followInPage, hrefOf } from './route.ts';
import { StatusBadge } from './status-badge.tsx';
import { StepLadder } from './step-ladder.tsx';
import { SummaryPanel } from './summary-panel.tsx';
import { TrafficPicture } from './traffic-picture.tsx';
import { useRollout } from './use-rollout.ts';
import { WhyLine } from './why-line.tsx';

export function RolloutPage({ namespace, name, lesson }: { namespace: string | undefined; name: string; lesson: WireLab | undefined }) {
  const texts = useTexts();
  const { rollout, insight, now, traffic, isConnected, isMissing } = useRollout(namespace, name);
  useEffect(() => {
    document.title = `${name} / ${texts.appName}`;
  }, [name, texts]);
  const list = { page: 'list', namespace } as const;
  const lessonPanel = lesson === undefined ? null : <LessonPanel lesson={lesson} />;
  return (
    <>
      <nav aria-label={texts.rollouts}>
        <a class="back" href={hrefOf(list)} onClick={followInPage(list)}>
          ‹ {texts.back}
        </a>
      </nav>
      {isConnected ? null : (
        <p class="banner" role="alert">
          {texts.connectionLost}
        </p>
      )}
      {isConnected && insight?.clusterAway ? (
        <p class="banner" role="alert">
          {texts.clusterAway}
        </p>
      ) : null}
      {rollout === undefined ? (
        <>
          <h1>{name}</h1>
          {lessonPanel}
          <div class="empty">
            {isMissing ? (
              <>
                <p>
                  <strong>{texts.notFound(name)}</strong>
                </p>
                <p>{texts.waitingForRollout}</p>
              </>
            ) : (
              <p>{texts.loading}</p>
            )}
          </div>
        </>
      ) : (
        <>
          <div class="headline">
            <div>
              <h1>
                {name} <StatusBadge status={rollout.status} />
              </h1>
              <WhyLine insight={insight} now={now} message={rollout.message} />
            </div>
            <ActionButtons rollout={rollout} verbs={VERBS} />
          </div>
          <div class={`detail-grid${lessonPanel === null ? '' : ' with-lesson'}`}>
            {lessonPanel}
            <div class="column side">
              <StepLadder rollout={rollout} insight={insight} now={now} />
              <SummaryPanel rollout={rollout} insight={insight} />
            </div>
            <div class="column">
              {traffic === undefined ? null : <TrafficPicture traffic={traffic} />}
              <RevisionsPanel rollout={rollout} now={now} />
              <ContainersPanel rollout={rollout} kind="containers" />
              {(rollout.initContainers ?? []).length === 0 ? null : <ContainersPanel rollout={rollout} kind="initContainers" />}
              {insight === undefined ? null : (
                <div class="halves">
                  <EventsPanel events={insight.events} eventsForbidden={insight.eventsForbidden} />
                  <ConditionsPanel conditions={insight.conditions} />
                </div>
              )}
            </div>
          </div>
        </>
      )}
    </>
  );
}
