import { useState } from 'preact/hooks';
import type { WireReplicaSet, WireRollout } from '../wire.ts';
import { useWrite } from './action-buttons.tsx';
import { AnalysisRunButton } from './analysis-run.tsx';
import { type ClusterNow, useClusterNow } from './cluster-now.ts';
import { ConfirmDialog, type Question } from './confirm-dialog.tsx';
import { countdownText } from './duration-text.ts';
import { useTexts } from './language.ts';
import { PodIcons } from './pod-icons.tsx';
import { rollBack } from './rest-client.ts';
import { useSettings } from './settings.ts';
import { StatusBadge } from './status-badge.tsx';

const TAGS = ['canary', 'stable', 'active', 'preview', 'ping', 'pong'] as const;

/** Revisions, newest first, each with its ReplicaSets, Pods, experiments and analysis runs. */
export function RevisionsPanel({ rollout, now }: { rollout: WireRollout; now: ClusterNow | undefined }) {
  const texts = useTexts();
  const { readOnly } = useSettings();
  const write = useWrite();
  const [question, setQuestion] = useState<Question>();
  const { replicaSets = [], experiments = [], analysisRuns = [] } = rollout;
  const revisions = [...new Set([...replicaSets, ...experiments, ...analysisRuns].map(({ revision }) => revision ?? 0))].sort(
    (a, b) => b - a,
  );
  const { namespace = '', name } = rollout.objectMeta;
  const ask = (revision: number): void =>
    setQuestion({
      action: texts.rollback,
      text: texts.confirmRollback(revision),
      onYes: () => {
        void write(texts.rollbackTo(revision), () => rollBack(namespace, name, revision));
      },
    });
  return (
    <section class="panel" aria-labelledby="revisions-title">
      <h2 id="revisions-title">{texts.revisions}</h2>
      <ol class="revisions">
        {revisions.map((revision, place) => {
          const runs = analysisRuns.filter((run) => (run.revision ?? 0) === revision);
          const trials = experiments.filter((experiment) => (experiment.revision ?? 0) === revision);
          return (
            <li key={revision} class="revision" data-revision={revision}>
              <div class="row">
                <h3>{texts.revisionN(revision)}</h3>
                {place === 0 ? null : (
                  <button
                    type="button"
                    class="small"
                    data-rollback={revision}
                    aria-label={texts.rollbackTo(revision)}
                    disabled={readOnly}
                    onClick={() => ask(revision)}
                  >
                    {texts.rollback}
                  </button>
                )}
              </div>
              {replicaSets
                .filter((set) => (set.revision ?? 0) === revision)
                .map((set) => (
                  <ReplicaSetBox key={set.objectMeta.name} set={set} now={now} />
                ))}
              {trials.map((experiment) => (
                <div key={experiment.objectMeta.name} class="set">
                  <div class="row wrap">
                    <StatusBadge status={experiment.status} />
                    <span class="mono">{experiment.objectMeta.name}</span>
                    <span class="tag">{texts.experiments}</span>
                  </div>
                  {(experiment.replicaSets ?? []).map((set) => (
                    <ReplicaSetBox key={set.objectMeta.name} set={set} now={now} />
                  ))}
                </div>
              ))}
              {runs.length === 0 ? null : (
                <div class="row wrap">
                  <span class="muted">{texts.analysisRuns}</span>
                  {runs.map((run) => (
                    <AnalysisRunButton key={run.objectMeta.name} run={run} />
                  ))}
                </div>
              )}
            </li>
          );
        })}
      </ol>
      {question === undefined ? null : <ConfirmDialog question={question} onClose={() => setQuestion(undefined)} />}
    </section>
  );
}

function ReplicaSetBox({ set, now }: { set: WireReplicaSet; now: ClusterNow | undefined }) {
  const texts = useTexts();
  return (
    <div class="set" data-set={set.objectMeta.name}>
      <div class="row wrap">
        <StatusBadge status={set.status} short />
        <span class="mono">{set.objectMeta.name}</span>
        {TAGS.filter((tag) => set[tag]).map((tag) => (
          <span key={tag} class={`tag ${tag}`}>
            {texts.tags[tag]}
          </span>
        ))}
        {set.scaleDownDeadline === undefined ? null : <ScaleDownCountdown deadline={set.scaleDownDeadline} now={now} />}
      </div>
      <div class="mono small">{(set.images ?? []).join(', ')}</div>
      <div class="row wrap">
        <PodIcons pods={set.pods ?? []} />
        {(set.replicas ?? 0) > 0 ? <span class="muted small">{texts.availableOf(set.available ?? 0, set.replicas ?? 0)}</span> : null}
      </div>
    </div>
  );
}

function ScaleDownCountdown({ deadline, now }: { deadline: string; now: ClusterNow | undefined }) {
  const texts = useTexts();
  const leftMs = Date.parse(deadline) - useClusterNow(now, true);
  return leftMs > 0 ? <span class="tag">{texts.scaledownIn(countdownText(leftMs))}</span> : null;
}
