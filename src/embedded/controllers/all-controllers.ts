import { EventRecorder } from '../../kube/event-recorder.ts';
import type { ClusterFacts } from './cluster-facts.ts';
import type { Controller, ControllerDeps } from './controller.ts';
import { createCronJobController } from './cronjob/cronjob-controller.ts';
import { createDaemonSetController } from './daemonset/daemonset-controller.ts';
import { createDeploymentController } from './deployment/deployment-controller.ts';
import { createDisruptionController } from './disruption/disruption-controller.ts';
import { createEndpointsController } from './endpoints/endpoints-controller.ts';
import { createEndpointSliceController } from './endpointslice/endpointslice-controller.ts';
import { createGarbageCollector } from './garbage-collector/garbage-collector.ts';
import { createHorizontalPodAutoscalerController } from './horizontal-pod-autoscaler/horizontal-pod-autoscaler-controller.ts';
import { createJobController } from './job/job-controller.ts';
import { createNamespaceController } from './namespace/namespace-controller.ts';
import { createNodeLifecycleController } from './node-lifecycle/node-lifecycle-controller.ts';
import { createTaintEvictionController } from './node-lifecycle/taint-eviction-controller.ts';
import { createPodGarbageCollector } from './pod-garbage-collector/pod-garbage-collector.ts';
import { createReplicaSetController } from './replicaset/replicaset-controller.ts';
import { createServiceAccountController } from './serviceaccount/serviceaccount-controller.ts';
import { createStatefulSetController } from './statefulset/statefulset-controller.ts';
import { createTtlController } from './ttl-after-finished/ttl-controller.ts';

/**
 * The controllers of kube-controller-manager, each writing events under its own name. Create them before
 * `informers.start()`, start each one after it.
 */
export function createControllers(deps: ControllerDeps, facts: ClusterFacts): Controller[] {
  const as = (component: string): ControllerDeps => ({ ...deps, events: new EventRecorder(deps.api, { component }, deps) });
  return [
    createDeploymentController(as('deployment-controller')),
    createReplicaSetController(as('replicaset-controller')),
    createJobController(as('job-controller')),
    createEndpointSliceController(as('endpoint-slice-controller')),
    createEndpointsController(as('endpoint-controller')),
    createNamespaceController(deps, facts),
    createGarbageCollector(deps, facts),
    createServiceAccountController(deps, facts),
    createStatefulSetController(as('statefulset-controller')),
    createDaemonSetController(as('daemonset-controller')),
    createCronJobController(as('cronjob-controller')),
    createTtlController(deps),
    createDisruptionController(deps),
    createNodeLifecycleController(as('node-controller')),
    createTaintEvictionController(as('taint-eviction-controller')),
    createPodGarbageCollector(deps),
    createHorizontalPodAutoscalerController(as('horizontal-pod-autoscaler'), facts),
  ];
}
