import { describe, expect, it } from 'vitest';
import type { Job, Pod, PodSpec } from '../../../kube/generated/types.ts';
import { job } from './job.ts';
import { pod } from './pod.ts';
import { aPrepareContext } from './prepare-context.fixture.ts';

const aPod = (spec: Partial<PodSpec>): Pod =>
  ({ metadata: { name: 'p', namespace: 'n' }, spec: { containers: [{ name: 'c', image: 'nginx' }], ...spec } }) as unknown as Pod;

function createdPod(spec: Partial<PodSpec>, ctx = aPrepareContext()): Pod {
  const object = aPod(structuredClone(spec));
  pod.default!(object);
  pod.prepareCreate!(object, ctx);
  return object;
}

const updateErrors = (change: (pod: Pod) => void): string[] => {
  const old = createdPod({});
  const object = structuredClone(old);
  change(object);
  return pod.validateUpdate!(object, old).map((error) => error.field);
};

describe('a new Pod', () => {
  it('is pending, tolerates a lost node for five minutes and has priority 0', () => {
    expect(createdPod({})).toMatchObject({
      spec: {
        enableServiceLinks: true,
        priority: 0,
        preemptionPolicy: 'PreemptLowerPriority',
        tolerations: [
          { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
          { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
        ],
      },
      status: { phase: 'Pending', qosClass: 'BestEffort' },
    });
  });

  it('gets no second toleration for a taint it tolerates already', () => {
    expect(createdPod({ tolerations: [{ operator: 'Exists' }] }).spec!.tolerations).toEqual([{ operator: 'Exists' }]);
  });

  it('takes the value of its priority class, and needs it to exist', () => {
    const objects = { 'priorityclasses/high': { value: 7, preemptionPolicy: 'Never' } };
    expect(createdPod({ priorityClassName: 'high' }, aPrepareContext({ objects })).spec).toMatchObject({
      priority: 7,
      preemptionPolicy: 'Never',
    });
    expect(() => createdPod({ priorityClassName: 'none' })).toThrow('pods "p" is forbidden: no PriorityClass with name none was found');
  });

  it.each([
    [{ limits: { cpu: '1', memory: '1Gi' } }, 'Guaranteed'],
    [{ requests: { cpu: '100m' } }, 'Burstable'],
    [{ limits: { cpu: '1' } }, 'Burstable'],
    [{}, 'BestEffort'],
    [{ limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1000m', memory: '1024Mi' } }, 'Guaranteed'],
  ])('with resources %j is %s', (resources, qosClass) => {
    expect(createdPod({ containers: [{ name: 'c', image: 'i', resources }] }).status!.qosClass).toBe(qosClass);
  });

  it('requests what it limits when it requests nothing', () => {
    expect(
      createdPod({ containers: [{ name: 'c', image: 'i', resources: { limits: { cpu: '1' } } }] }).spec!.containers[0]!.resources,
    ).toEqual({ limits: { cpu: '1' }, requests: { cpu: '1' } });
  });
});

describe('an updated Pod', () => {
  it('may change images, add tolerations and be bound to a node', () => {
    expect(
      updateErrors((object) => {
        object.spec!.containers[0]!.image = 'other';
      }),
    ).toEqual([]);
    expect(
      updateErrors((object) => {
        object.spec!.tolerations!.push({ key: 'x', operator: 'Exists' });
      }),
    ).toEqual([]);
    expect(
      updateErrors((object) => {
        object.spec!.nodeName = 'node-1';
      }),
    ).toEqual([]);
  });

  it('may not change anything else', () => {
    expect(
      updateErrors((object) => {
        object.spec!.containers[0]!.args = ['x'];
      }),
    ).toEqual(['spec']);
    expect(
      updateErrors((object) => {
        object.spec!.containers.push({ name: 'd', image: 'i' });
      }),
    ).toEqual(['spec.containers']);
    expect(
      updateErrors((object) => {
        object.spec!.tolerations!.pop();
      }),
    ).toEqual(['spec.tolerations']);
  });
});

describe('a new Job', () => {
  const createdJob = (labels?: Record<string, string>): Job => {
    const object = {
      metadata: { name: 'j', namespace: 'n', uid: 'u1', labels },
      spec: { template: { spec: { containers: [{ name: 'c', image: 'i' }], restartPolicy: 'Never' } } },
    } as unknown as Job;
    job.default!(object);
    job.prepareCreate!(object, aPrepareContext());
    return object;
  };
  const generated = {
    'batch.kubernetes.io/controller-uid': 'u1',
    'batch.kubernetes.io/job-name': 'j',
    'controller-uid': 'u1',
    'job-name': 'j',
  };

  it('selects its Pods by its uid and labels them', () => {
    const object = createdJob();
    expect(object.spec).toMatchObject({
      parallelism: 1,
      completions: 1,
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      suspend: false,
      podReplacementPolicy: 'TerminatingOrFailed',
      manualSelector: false,
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u1' } },
    });
    expect(object.spec.template.metadata!.labels).toEqual(generated);
    expect(object.metadata.labels).toEqual(generated);
    expect(job.validate!(object)).toEqual([]);
  });

  it('keeps its own labels when it has some', () => {
    expect(createdJob({ a: 'b' }).metadata.labels).toEqual({ a: 'b' });
  });

  it('must say what happens to a container that ends', () => {
    const object = createdJob();
    delete object.spec.template.spec!.restartPolicy;
    job.default!(object);
    expect(job.validate!(object).map((error) => `${error.field}: ${error.message}`)).toEqual([
      'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
    ]);
  });

  it('may not change its template', () => {
    const old = createdJob();
    const object = structuredClone(old);
    object.spec.template.spec!.containers[0]!.image = 'x';
    expect(job.validateUpdate!(object, old).map((error) => error.field)).toEqual(['spec.template']);
  });
});
