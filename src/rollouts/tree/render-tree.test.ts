import { describe, expect, it } from 'vitest';
import { aPodOf, aReplicaSet, aRollout } from '../../../test/support/rollout-objects.ts';
import type { AnalysisRun } from '../analysis/analysis-run.ts';
import { REVISION, type Rollout, type RolloutStatus } from '../rollout.ts';
import type { Experiment } from './experiment.ts';
import { renderTree } from './render-tree.ts';
import { type RolloutSurroundings, rolloutInfo } from './rollout-info.ts';

const NOW_MS = Date.parse('2026-01-01T00:05:10Z');
const STABLE = '687d76d795';
const CANARY = '6cf78c66c5';

const stable = aReplicaSet(STABLE, { revision: 1, image: 'registry.lab/demo:v1', replicas: 5 });
const canary = aReplicaSet(CANARY, { revision: 2, image: 'registry.lab/demo:v2', replicas: 1, createdAt: '2026-01-01T00:04:30Z' });
const counts = {
  replicas: 6,
  updatedReplicas: 1,
  readyReplicas: 6,
  availableReplicas: 6,
  currentPodHash: CANARY,
  stableRS: STABLE,
  observedGeneration: '1',
};
const weights = (weight: number): RolloutStatus['canary'] => ({ weights: { canary: { weight }, stable: { weight: 100 - weight } } });

function tree(rollout: Rollout, around: RolloutSurroundings = {}): string {
  return renderTree(rolloutInfo(rollout, around), { nowMs: NOW_MS, colour: false });
}

describe('renderTree', () => {
  it('shows a rollout at its first pause', () => {
    const rollout = aRollout({
      status: { ...counts, currentStepIndex: 1, phase: 'Paused', message: 'CanaryPauseStep', canary: weights(20) },
    });
    const pods = [aPodOf(canary, 'x2k9p'), aPodOf(stable, '9xkzt', { restarts: 2 }), aPodOf(stable, '4bq7c')];
    expect(tree(rollout, { replicaSets: [stable, canary], pods })).toBe(`\
Name:            demo
Namespace:       lab
Status:          ॥ Paused
Message:         CanaryPauseStep
Strategy:        Canary
  Step:          1/8
  SetWeight:     20
  ActualWeight:  20
Images:          registry.lab/demo:v1 (stable)
                 registry.lab/demo:v2 (canary)
Replicas:
  Desired:       5
  Current:       6
  Updated:       1
  Ready:         6
  Available:     6

NAME                              KIND        STATUS     AGE    INFO
⟳ demo                            Rollout     ॥ Paused   5m10s
├──# revision:2
│  └──⧉ demo-6cf78c66c5           ReplicaSet  ✔ Healthy  40s    canary
│     └──□ demo-6cf78c66c5-x2k9p  Pod         ✔ Running  40s    ready:1/1
└──# revision:1
   └──⧉ demo-687d76d795           ReplicaSet  ✔ Healthy  5m10s  stable
      ├──□ demo-687d76d795-4bq7c  Pod         ✔ Running  5m10s  ready:1/1
      └──□ demo-687d76d795-9xkzt  Pod         ✔ Running  5m10s  ready:1/1,restarts:2
`);
  });

  it('shows a finished rollout whose old ReplicaSet waits for its deadline', () => {
    const promoted = aReplicaSet(CANARY, { revision: 2, image: 'registry.lab/demo:v2', replicas: 5 });
    const old = aReplicaSet(STABLE, { revision: 1, image: 'registry.lab/demo:v1', replicas: 5, deadline: '2026-01-01T00:05:39Z' });
    const rollout = aRollout({
      status: { ...counts, replicas: 10, updatedReplicas: 5, stableRS: CANARY, currentStepIndex: 8, phase: 'Healthy', canary: weights(0) },
    });
    expect(tree(rollout, { replicaSets: [old, promoted] })).toBe(`\
Name:            demo
Namespace:       lab
Status:          ✔ Healthy
Strategy:        Canary
  Step:          8/8
  SetWeight:     100
  ActualWeight:  100
Images:          registry.lab/demo:v1
                 registry.lab/demo:v2 (stable)
Replicas:
  Desired:       5
  Current:       10
  Updated:       5
  Ready:         6
  Available:     6

NAME                     KIND        STATUS     AGE    INFO
⟳ demo                   Rollout     ✔ Healthy  5m10s
├──# revision:2
│  └──⧉ demo-6cf78c66c5  ReplicaSet  ✔ Healthy  5m10s  stable
└──# revision:1
   └──⧉ demo-687d76d795  ReplicaSet  ✔ Healthy  5m10s  delay:29s
`);
  });

  it('shows an aborted rollout with its failed analysis run', () => {
    const down = aReplicaSet(CANARY, { revision: 2, image: 'registry.lab/demo:v2', replicas: 0, createdAt: '2026-01-01T00:04:30Z' });
    const run: AnalysisRun = {
      metadata: {
        name: `demo-${CANARY}-2`,
        namespace: 'lab',
        uid: 'uid-run',
        resourceVersion: '1',
        creationTimestamp: '2026-01-01T00:04:50Z',
        annotations: { [REVISION]: '2' },
        ownerReferences: stable.metadata.ownerReferences!,
      },
      spec: { metrics: [] },
      status: { phase: 'Failed', metricResults: [{ name: 'success-share', phase: 'Failed', successful: 3, failed: 1 }] },
    };
    const message = 'RolloutAborted: Rollout aborted update to revision 2';
    const rollout = aRollout({
      status: {
        ...counts,
        replicas: 5,
        updatedReplicas: 0,
        abort: true,
        currentStepIndex: 0,
        phase: 'Degraded',
        message,
        canary: weights(0),
      },
    });
    expect(tree(rollout, { replicaSets: [stable, down], analysisRuns: [run] })).toBe(`\
Name:            demo
Namespace:       lab
Status:          ✖ Degraded
Message:         ${message}
Strategy:        Canary
  Step:          0/8
  SetWeight:     0
  ActualWeight:  0
Images:          registry.lab/demo:v1 (stable)
Replicas:
  Desired:       5
  Current:       5
  Updated:       0
  Ready:         6
  Available:     6

NAME                       KIND         STATUS        AGE    INFO
⟳ demo                     Rollout      ✖ Degraded    5m10s
├──# revision:2
│  ├──⧉ demo-6cf78c66c5    ReplicaSet   • ScaledDown  40s    canary
│  └──α demo-6cf78c66c5-2  AnalysisRun  ✖ Failed      20s    ✔ 3,✖ 1
└──# revision:1
   └──⧉ demo-687d76d795    ReplicaSet   ✔ Healthy     5m10s  stable
`);
  });

  it('shows a canary whose Pod cannot start as progressing', () => {
    const starting = aReplicaSet(CANARY, {
      revision: 2,
      image: 'registry.lab/bad:v2',
      replicas: 1,
      available: 0,
      createdAt: '2026-01-01T00:04:30Z',
    });
    const pod = aPodOf(starting, 'x2k9p', {
      status: {
        phase: 'Pending',
        containerStatuses: [
          { name: 'demo', ready: false, restartCount: 0, image: 'i', imageID: '', state: { waiting: { reason: 'ImagePullBackOff' } } },
        ],
      },
    });
    const text = tree(
      aRollout({ status: { ...counts, currentStepIndex: 0, phase: 'Progressing', message: 'more replicas need to be updated' } }),
      { replicaSets: [stable, starting], pods: [pod] },
    );
    expect(text).toContain('Status:          ◌ Progressing\nMessage:         more replicas need to be updated\n');
    expect(text).toContain('⧉ demo-6cf78c66c5           ReplicaSet  ◌ Progressing       40s    canary\n');
    expect(text).toContain('□ demo-6cf78c66c5-x2k9p  Pod         ⚠ ImagePullBackOff  40s    ready:0/1\n');
  });

  it('takes the actual weight from available Pods where no traffic is routed', () => {
    const rollout = aRollout({
      spec: { strategy: { canary: { steps: [{ setWeight: 20 }, { pause: {} }] } } },
      status: { ...counts, currentStepIndex: 1, phase: 'Paused', message: 'CanaryPauseStep' },
    });
    expect(tree(rollout, { replicaSets: [stable, canary] })).toContain('  SetWeight:     20\n  ActualWeight:  16\n');
  });

  it('differs with colour in nothing but escapes', () => {
    const rollout = aRollout({
      status: { ...counts, currentStepIndex: 1, phase: 'Paused', message: 'CanaryPauseStep', canary: weights(20) },
    });
    const info = rolloutInfo(rollout, { replicaSets: [stable, canary] });
    const coloured = renderTree(info, { nowMs: NOW_MS, colour: true });
    expect(coloured).toContain('\u001b[33mcanary\u001b[0m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is removed.
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(renderTree(info, { nowMs: NOW_MS, colour: false }));
  });

  it("never prints an age below zero for an object younger than the server's whole second", () => {
    const young = aRollout({ createdAt: '2026-01-01T00:05:13Z' });
    expect(tree(young)).toMatch(/⟳ demo +Rollout +◌ Progressing +0s\n/);
  });

  it('shows experiments with their ReplicaSets, and analysis runs with their Jobs, below the revision', () => {
    const meta = {
      namespace: 'lab',
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:04:50Z',
      annotations: { [REVISION]: '2' },
      ownerReferences: stable.metadata.ownerReferences!,
    };
    const experiment: Experiment = { metadata: { ...meta, name: 'demo-exp', uid: 'uid-exp' }, status: { phase: 'Running' } };
    const baseline = aReplicaSet('exp-base', { revision: 0, image: 'registry.lab/demo:v1', replicas: 1 });
    const owned = {
      ...baseline,
      metadata: {
        ...baseline.metadata,
        annotations: { 'experiment.argoproj.io/template-name': 'baseline' },
        ownerReferences: [{ ...stable.metadata.ownerReferences![0]!, kind: 'Experiment', name: 'demo-exp', uid: 'uid-exp' }],
      },
    };
    const run: AnalysisRun = {
      metadata: { ...meta, name: 'demo-run', uid: 'uid-run' },
      spec: { metrics: [] },
      status: {
        phase: 'Running',
        metricResults: [
          {
            name: 'load',
            phase: 'Running',
            measurements: [{ phase: 'Running', startedAt: '2026-01-01T00:05:00Z', metadata: { 'job-name': 'uid-run.load.1' } }],
          },
        ],
      },
    };
    const text = tree(aRollout({ status: counts }), { replicaSets: [canary, owned], experiments: [experiment], analysisRuns: [run] });
    expect(text.slice(text.indexOf('NAME  '))).toBe(`\
NAME                       KIND         STATUS         AGE    INFO
⟳ demo                     Rollout      ◌ Progressing  5m10s
└──# revision:2
   ├──⧉ demo-6cf78c66c5    ReplicaSet   ✔ Healthy      40s    canary
   ├──Σ demo-exp           Experiment   ◌ Running      20s
   │  └──⧉ demo-exp-base   ReplicaSet   ✔ Healthy      5m10s
   └──α demo-run           AnalysisRun  ◌ Running      20s
      └──⊞ uid-run.load.1  Job          ◌ Running      10s
`);
    expect(text).toContain('Images:          registry.lab/demo:v1 (Σ:baseline)\n');
  });

  it('tags the active and the preview ReplicaSet of a blue-green rollout', () => {
    const rollout = aRollout({
      spec: { strategy: { blueGreen: { activeService: 'demo' } } },
      status: { ...counts, phase: 'Paused', message: 'BlueGreenPause', blueGreen: { activeSelector: STABLE, previewSelector: CANARY } },
    });
    const text = tree(rollout, { replicaSets: [stable, canary] });
    expect(text).toContain('Strategy:        BlueGreen\nImages:');
    expect(text).toMatch(/demo-687d76d795 .* stable,active\n/);
    expect(text).toMatch(/demo-6cf78c66c5 .* preview\n/);
  });

  it('leaves out ReplicaSets of other owners', () => {
    const foreign = {
      ...stable,
      metadata: { ...stable.metadata, ownerReferences: [{ ...stable.metadata.ownerReferences![0]!, uid: 'other' }] },
    };
    expect(tree(aRollout(), { replicaSets: [foreign] })).not.toContain('⧉');
  });
});
