import { describe, expect, it } from 'vitest';
import { aTemplate, openControllerRoom } from '../../../test/support/controller-room.ts';
import {
  cronJobs,
  daemonSets,
  deployments,
  endpointSlices,
  jobs,
  nodes,
  pods,
  replicaSets,
  services,
  statefulSets,
} from '../../kube/resource-type.ts';
import { createScheduler } from '../scheduler/scheduler.ts';
import { createControllers } from './all-controllers.ts';

const types = [deployments, replicaSets, pods, jobs, cronJobs, daemonSets, statefulSets, services, endpointSlices];
const facts = { resourceTypes: () => types, caCertificate: 'PEM' };
const selector = { matchLabels: { app: 'web' } };
const named = (name: string) => ({ namespace: 'default', name });
const podCreations = (writes: readonly string[]): number => writes.filter((write) => write.startsWith('create pods ')).length;

describe.each([0, 3, 25])('controllers whose caches trail %d turns behind', (watchLagTurns) => {
  const open = (fate?: Parameters<typeof openControllerRoom>[1]) =>
    openControllerRoom((deps) => [...createControllers(deps, facts), createScheduler(deps)], { watchLagTurns, ...fate });

  it('start no Pod too many for a Deployment through two rollouts', async () => {
    await using room = await open();
    await room.api.create(deployments, { metadata: named('web'), spec: { replicas: 6, selector, template: aTemplate() } });
    await room.settled();
    await room.advance(100);
    expect(podCreations(room.api.writes)).toBe(6);
    await room.api.patch(deployments, named('web'), { type: 'merge', body: { spec: { template: aTemplate('web:2') } } });
    await room.advance(1000);
    expect(podCreations(room.api.writes)).toBe(12);
    expect(room.api.all(pods).map((pod) => pod.spec.containers[0]!.image)).toEqual(Array.from({ length: 6 }, () => 'web:2'));
    expect(room.api.all(deployments)[0]!.status).toMatchObject({ availableReplicas: 6, updatedReplicas: 6, replicas: 6 });
  });

  it('run exactly the completions of a Job', async () => {
    await using room = await open({ fate: () => 'Succeeded' });
    await room.api.create(jobs, { metadata: named('pi'), spec: { completions: 7, parallelism: 3, selector, template: aTemplate() } });
    await room.advance(100);
    expect(podCreations(room.api.writes)).toBe(7);
    expect(room.api.all(jobs)[0]!.status).toMatchObject({ succeeded: 7 });
  });

  it('keep one slice per Service while its Pods change', async () => {
    await using room = await open();
    await room.api.create(services, {
      metadata: named('web'),
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
    });
    await room.api.create(replicaSets, { metadata: named('web'), spec: { replicas: 5, selector, template: aTemplate() } });
    await room.advance(1000);
    expect(room.api.writes.filter((write) => write.startsWith('create endpointslices'))).toHaveLength(1);
    expect(room.api.all(endpointSlices)[0]!.endpoints).toHaveLength(5);
  });

  it('keep one daemon Pod per node and numbered Pods once each', async () => {
    await using room = await open();
    for (const name of ['n1', 'n2'])
      room.api.seed(nodes, { metadata: { name }, spec: {}, status: { allocatable: { cpu: '4', memory: '1Gi', pods: '50' } } });
    await room.api.create(daemonSets, {
      metadata: named('agent'),
      spec: { selector: { matchLabels: { app: 'agent' } }, template: aTemplate('agent:1', { app: 'agent' }) },
    });
    await room.api.create(statefulSets, {
      metadata: named('db'),
      spec: { replicas: 3, serviceName: 'db', selector: { matchLabels: { app: 'db' } }, template: aTemplate('db:1', { app: 'db' }) },
    });
    await room.advance(1000);
    expect(room.api.all(pods).filter((pod) => pod.metadata.labels?.app === 'agent')).toHaveLength(2);
    expect(
      room.api
        .all(pods)
        .map((pod) => pod.metadata.name)
        .filter((name) => name.startsWith('db'))
        .sort(),
    ).toEqual(['db-0', 'db-1', 'db-2']);
    expect(podCreations(room.api.writes)).toBe(5);
  });
});
