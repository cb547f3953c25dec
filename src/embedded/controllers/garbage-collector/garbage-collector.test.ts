import { describe, expect, it } from 'vitest';
import { openControllerRoom } from '../../../../test/support/controller-room.ts';
import type { OwnerReference } from '../../../kube/generated/types.ts';
import { type AnyObject, type KubeObject, keyOf } from '../../../kube/object.ts';
import {
  apiVersionOf,
  configMaps,
  customResourceDefinitions,
  deployments,
  pods,
  type ResourceType,
  replicaSets,
} from '../../../kube/resource-type.ts';
import { createGarbageCollector } from './garbage-collector.ts';

const widgets: ResourceType<AnyObject> = {
  group: 'shop.example.com',
  version: 'v1',
  resource: 'widgets',
  kind: 'Widget',
  namespaced: true,
};
const builtIn: ResourceType[] = [configMaps, deployments, replicaSets, pods, customResourceDefinitions];
const open = (types: () => readonly ResourceType[] = () => builtIn) =>
  openControllerRoom((deps) => [createGarbageCollector(deps, { resourceTypes: types })]);
type Room = Awaited<ReturnType<typeof open>>;
const refTo = (type: ResourceType, owner: KubeObject, blockOwnerDeletion = true): OwnerReference => ({
  apiVersion: apiVersionOf(type),
  kind: type.kind,
  name: owner.metadata.name,
  uid: owner.metadata.uid,
  controller: true,
  blockOwnerDeletion,
});
const seed = (room: Room, type: ResourceType, name: string, owner?: OwnerReference): KubeObject =>
  room.api.seed(type, {
    metadata: { namespace: 'default', name, ...(owner ? { ownerReferences: [owner] } : {}) },
    ...{ spec: { containers: [] } },
  });
const names = (room: Room, type: ResourceType): string[] => room.api.all(type).map((object) => object.metadata.name);

describe('garbage collector', () => {
  const family = (room: Room) => {
    const deployment = seed(room, deployments, 'web');
    const set = seed(room, replicaSets, 'web-1', refTo(deployments, deployment));
    const pod = seed(room, pods, 'web-1-a', refTo(replicaSets, set));
    return { deployment, set, pod };
  };

  it('deletes dependents of dependents after their owner was deleted in the background', async () => {
    await using room = await open();
    const { deployment } = family(room);
    await room.settled();
    await room.api.delete(deployments, keyOf(deployment));
    await room.settled();
    expect([...names(room, deployments), ...names(room, replicaSets), ...names(room, pods)]).toEqual([]);
  });

  it('lets dependents go before the owner in a foreground deletion', async () => {
    await using room = await open();
    const { deployment } = family(room);
    await room.settled();
    const gone: string[] = [];
    for (const type of [deployments, replicaSets, pods] as ResourceType[])
      room.deps.informers.for(type).onChange((change) => {
        if (change.type === 'deleted') gone.push(type.kind);
      });
    await room.api.delete(deployments, keyOf(deployment), { propagationPolicy: 'Foreground' });
    await room.settled();
    expect(gone).toEqual(['Pod', 'ReplicaSet', 'Deployment']);
  });

  it('strips references and keeps dependents when orphaning', async () => {
    await using room = await open();
    const { deployment } = family(room);
    await room.settled();
    await room.api.delete(deployments, keyOf(deployment), { propagationPolicy: 'Orphan' });
    await room.settled();
    expect(names(room, deployments)).toEqual([]);
    expect(names(room, replicaSets)).toEqual(['web-1']);
    expect(room.api.all(replicaSets)[0]!.metadata.ownerReferences).toBeUndefined();
    expect(names(room, pods)).toEqual(['web-1-a']);
  });

  it('deletes an object whose owner has never existed or has another uid', async () => {
    await using room = await open();
    const owner = seed(room, configMaps, 'owner');
    seed(room, configMaps, 'kept', refTo(configMaps, owner));
    seed(room, configMaps, 'stale', { ...refTo(configMaps, owner), uid: 'another' });
    seed(room, configMaps, 'lost', { ...refTo(configMaps, owner), name: 'nobody', uid: 'nobody' });
    await room.settled();
    expect(names(room, configMaps)).toEqual(['owner', 'kept']);
  });

  it('only drops the reference to a lost owner while another owner lives', async () => {
    await using room = await open();
    const owner = seed(room, configMaps, 'owner');
    const shared = room.api.seed(configMaps, {
      metadata: {
        namespace: 'default',
        name: 'shared',
        ownerReferences: [refTo(configMaps, owner), { ...refTo(configMaps, owner), name: 'nobody', uid: 'nobody', controller: undefined }],
      },
    });
    await room.settled();
    expect(
      room.api
        .all(configMaps)
        .find((map) => map.metadata.uid === shared.metadata.uid)
        ?.metadata.ownerReferences?.map((reference) => reference.name),
    ).toEqual(['owner']);
  });

  it('looks after custom types that appear later, and waits for the type of an owner', async () => {
    const types = [...builtIn];
    await using room = await open(() => types);
    const widget = seed(room, widgets, 'wheel');
    const child = seed(room, configMaps, 'child', refTo(widgets, widget));
    await room.settled();
    expect(names(room, configMaps)).toEqual([child.metadata.name]);
    types.push(widgets);
    const names2 = { plural: 'widgets', kind: 'Widget', singular: 'widget', listKind: 'WidgetList' };
    await room.api.create(customResourceDefinitions, {
      metadata: { name: 'widgets.shop.example.com' },
      spec: { group: 'shop.example.com', names: names2, scope: 'Namespaced', versions: [] },
    });
    await room.settled();
    expect(names(room, configMaps)).toEqual([child.metadata.name]);
    await room.api.delete(widgets, keyOf(widget));
    await room.settled();
    expect(names(room, configMaps)).toEqual([]);
  });
});
