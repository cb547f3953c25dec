/**
 * Field tables of the argoproj.io/v1alpha1 kinds, in the notation of `kube/generated/schema.ts` with two more words: `object`
 * keeps whatever is below it, `integer` is an integer of any width. Rows that are not here are looked up among the built-in types.
 * What we do not model but must refuse by name (other traffic routers, other metric providers) is an `object`, so that the
 * API server does not drop it before the controller sees it.
 */
export const rolloutFields: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Rollout: { apiVersion: 'string', kind: 'string', metadata: 'metadata', spec: 'RolloutSpec!', status: 'RolloutStatus' },
  RolloutSpec: {
    analysis: 'AnalysisRunStrategy', minReadySeconds: 'int32', paused: 'boolean', progressDeadlineAbort: 'boolean', progressDeadlineSeconds: 'int32', replicas: 'int32',
    restartAt: 'time', revisionHistoryLimit: 'int32', rollbackWindow: 'RollbackWindow', selector: 'LabelSelector', strategy: 'RolloutStrategy', template: 'PodTemplateSpec',
    workloadRef: 'WorkloadRef',
  },
  AnalysisRunStrategy: { successfulRunHistoryLimit: 'int32', unsuccessfulRunHistoryLimit: 'int32' },
  RollbackWindow: { revisions: 'int32' },
  WorkloadRef: { apiVersion: 'string', kind: 'string', name: 'string', scaleDown: 'string' },
  RolloutStrategy: { blueGreen: 'BlueGreenStrategy', canary: 'CanaryStrategy' },
  PodTemplateMetadata: { annotations: 'map[string]', labels: 'map[string]' },
  AntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: 'PreferredAntiAffinity', requiredDuringSchedulingIgnoredDuringExecution: 'object' },
  PreferredAntiAffinity: { weight: 'int32!' },
  BlueGreenStrategy: {
    abortScaleDownDelaySeconds: 'int32', activeMetadata: 'PodTemplateMetadata', activeService: 'string!', antiAffinity: 'AntiAffinity', autoPromotionEnabled: 'boolean',
    autoPromotionSeconds: 'int32', maxUnavailable: 'int-or-string', postPromotionAnalysis: 'RolloutAnalysis', prePromotionAnalysis: 'RolloutAnalysis',
    previewMetadata: 'PodTemplateMetadata', previewReplicaCount: 'int32', previewService: 'string', scaleDownDelayRevisionLimit: 'int32', scaleDownDelaySeconds: 'int32',
  },
  CanaryStrategy: {
    abortScaleDownDelaySeconds: 'int32', analysis: 'RolloutAnalysisBackground', antiAffinity: 'AntiAffinity', canaryMetadata: 'PodTemplateMetadata', canaryService: 'string',
    dynamicStableScale: 'boolean', maxSurge: 'int-or-string', maxUnavailable: 'int-or-string', minPodsPerReplicaSet: 'int32', pingPong: 'PingPong',
    replicaProgressThreshold: 'ReplicaProgressThreshold', scaleDownDelayRevisionLimit: 'int32', scaleDownDelaySeconds: 'int32', stableMetadata: 'PodTemplateMetadata',
    stableService: 'string', steps: '[]CanaryStep', trafficRouting: 'TrafficRouting',
  },
  PingPong: { pingService: 'string!', pongService: 'string!' },
  ReplicaProgressThreshold: { type: 'string!', value: 'int32!' },
  CanaryStep: {
    analysis: 'RolloutAnalysis', experiment: 'RolloutExperimentStep', pause: 'RolloutPause', plugin: 'PluginStep', setCanaryScale: 'SetCanaryScale',
    setHeaderRoute: 'SetHeaderRoute', setMirrorRoute: 'SetMirrorRoute', setWeight: 'int32',
  },
  RolloutPause: { duration: 'int-or-string' },
  SetCanaryScale: { matchTrafficWeight: 'boolean', replicas: 'int32', weight: 'int32' },
  SetHeaderRoute: { match: '[]HeaderRoutingMatch', name: 'string' },
  HeaderRoutingMatch: { headerName: 'string!', headerValue: 'StringMatch!' },
  StringMatch: { exact: 'string', prefix: 'string', regex: 'string' },
  SetMirrorRoute: { match: '[]RouteMatch', name: 'string!', percentage: 'int32' },
  RouteMatch: { headers: 'map[StringMatch]', method: 'StringMatch', path: 'StringMatch' },
  PluginStep: { config: 'object', name: 'string!' },
  RolloutExperimentStep: {
    analyses: '[]RolloutExperimentStepAnalysis', analysisRunMetadata: 'PodTemplateMetadata', dryRun: '[]DryRun', duration: 'string', scaleDownDelaySeconds: 'int32', templates: '[]RolloutExperimentTemplate!',
  },
  RolloutExperimentStepAnalysis: { args: '[]AnalysisRunArgument', clusterScope: 'boolean', name: 'string!', requiredForCompletion: 'boolean', templateName: 'string!' },
  RolloutExperimentTemplate: { metadata: 'PodTemplateMetadata', name: 'string!', replicas: 'int32', selector: 'LabelSelector', service: 'TemplateService', specRef: 'string!', weight: 'int32' },
  TemplateService: { name: 'string' },
  TrafficRouting: {
    alb: 'object', ambassador: 'object', apisix: 'object', appMesh: 'object', istio: 'object', managedRoutes: '[]ManagedRoute', maxTrafficWeight: 'int32', nginx: 'NginxTrafficRouting',
    plugins: 'object', smi: 'object', traefik: 'object',
  },
  ManagedRoute: { name: 'string!' },
  NginxTrafficRouting: { additionalIngressAnnotations: 'map[string]', annotationPrefix: 'string', canaryIngressAnnotations: 'map[string]', stableIngress: 'string', stableIngresses: '[]string' },
  RolloutAnalysis: {
    analysisRunMetadata: 'PodTemplateMetadata', args: '[]AnalysisRunArgument', dryRun: '[]DryRun', measurementRetention: '[]MeasurementRetention', templates: '[]AnalysisTemplateRef',
  },
  RolloutAnalysisBackground: {
    analysisRunMetadata: 'PodTemplateMetadata', args: '[]AnalysisRunArgument', dryRun: '[]DryRun', measurementRetention: '[]MeasurementRetention', startingStep: 'int32',
    templates: '[]AnalysisTemplateRef',
  },
  AnalysisTemplateRef: { clusterScope: 'boolean', templateName: 'string' },
  AnalysisRunArgument: { name: 'string!', value: 'string', valueFrom: 'ArgumentValueFrom' },
  ArgumentValueFrom: { fieldRef: 'FieldRef', podTemplateHashValue: 'string', secretKeyRef: 'SecretKeyRef' },
  FieldRef: { fieldPath: 'string!' },
  SecretKeyRef: { key: 'string!', name: 'string!' },
  DryRun: { metricName: 'string!' },
  MeasurementRetention: { limit: 'int32!', metricName: 'string!' },
  RolloutStatus: {
    HPAReplicas: 'int32', abort: 'boolean', abortedAt: 'time', alb: 'object', albs: '[]object', availableReplicas: 'int32', blueGreen: 'BlueGreenStatus', canary: 'CanaryStatus', collisionCount: 'int32',
    conditions: '[]RolloutCondition', controllerPause: 'boolean', currentPodHash: 'string', currentStepHash: 'string', currentStepIndex: 'int32', message: 'string', observedGeneration: 'string',
    pauseConditions: '[]PauseCondition', phase: 'string', promoteFull: 'boolean', readyReplicas: 'int32', replicas: 'int32', restartedAt: 'time', selector: 'string', stableRS: 'string',
    updatedReplicas: 'int32', workloadObservedGeneration: 'string',
  },
  PauseCondition: { reason: 'string!', startTime: 'time!' },
  RolloutCondition: { lastTransitionTime: 'time!', lastUpdateTime: 'time!', message: 'string!', reason: 'string!', status: 'string!', type: 'string!' },
  AnalysisRunStatusRef: { message: 'string', name: 'string!', status: 'string!' },
  CanaryStatus: {
    currentBackgroundAnalysisRunStatus: 'AnalysisRunStatusRef', currentExperiment: 'string', currentStepAnalysisRunStatus: 'AnalysisRunStatusRef', stablePingPong: 'string',
    stepPluginStatuses: '[]object', weights: 'TrafficWeights',
  },
  TrafficWeights: { additional: '[]WeightDestination', canary: 'WeightDestination!', stable: 'WeightDestination!', verified: 'boolean' },
  WeightDestination: { podTemplateHash: 'string', serviceName: 'string', weight: 'int32!' },
  BlueGreenStatus: {
    activeSelector: 'string', postPromotionAnalysisRunStatus: 'AnalysisRunStatusRef', prePromotionAnalysisRunStatus: 'AnalysisRunStatusRef', previewSelector: 'string', scaleUpPreviewCheckPoint: 'boolean',
  },

  AnalysisTemplate: { apiVersion: 'string', kind: 'string', metadata: 'metadata', spec: 'AnalysisTemplateSpec!' },
  ClusterAnalysisTemplate: { apiVersion: 'string', kind: 'string', metadata: 'metadata', spec: 'AnalysisTemplateSpec!' },
  AnalysisTemplateSpec: { args: '[]Argument', dryRun: '[]DryRun', measurementRetention: '[]MeasurementRetention', metrics: '[]Metric', templates: '[]AnalysisTemplateRef' },
  Argument: { name: 'string!', value: 'string', valueFrom: 'TemplateValueFrom' },
  TemplateValueFrom: { fieldRef: 'FieldRef', secretKeyRef: 'SecretKeyRef' },
  Metric: {
    consecutiveErrorLimit: 'int-or-string', consecutiveSuccessLimit: 'int-or-string', count: 'int-or-string', failureCondition: 'string', failureLimit: 'int-or-string', inconclusiveLimit: 'int-or-string',
    initialDelay: 'string', interval: 'string', name: 'string!', provider: 'MetricProvider!', successCondition: 'string',
  },
  MetricProvider: {
    cloudWatch: 'object', datadog: 'object', graphite: 'object', influxdb: 'object', job: 'JobMetric', kayenta: 'object', newRelic: 'object', plugin: 'object', prometheus: 'PrometheusMetric',
    skywalking: 'object', wavefront: 'object', web: 'WebMetric',
  },
  PrometheusMetric: { address: 'string', authentication: 'object', headers: '[]MetricHeader', insecure: 'boolean', query: 'string', rangeQuery: 'PrometheusRange', timeout: 'integer' },
  PrometheusRange: { end: 'string', start: 'string', step: 'string' },
  MetricHeader: { key: 'string!', value: 'string!' },
  WebMetric: {
    authentication: 'object', body: 'string', headers: '[]MetricHeader', insecure: 'boolean', jsonBody: 'object', jsonPath: 'string', method: 'string', timeoutSeconds: 'integer', url: 'string!',
  },
  JobMetric: { metadata: 'PodTemplateMetadata', spec: 'JobSpec!' },

  AnalysisRun: { apiVersion: 'string', kind: 'string', metadata: 'metadata', spec: 'AnalysisRunSpec!', status: 'AnalysisRunStatus' },
  AnalysisRunSpec: { args: '[]Argument', dryRun: '[]DryRun', measurementRetention: '[]MeasurementRetention', metrics: '[]Metric!', terminate: 'boolean', ttlStrategy: 'TTLStrategy' },
  TTLStrategy: { secondsAfterCompletion: 'int32', secondsAfterFailure: 'int32', secondsAfterSuccess: 'int32' },
  AnalysisRunStatus: { completedAt: 'time', dryRunSummary: 'RunSummary', message: 'string', metricResults: '[]MetricResult', phase: 'string!', runSummary: 'RunSummary', startedAt: 'time' },
  RunSummary: { count: 'int32', error: 'int32', failed: 'int32', inconclusive: 'int32', successful: 'int32' },
  MetricResult: {
    consecutiveError: 'int32', consecutiveSuccess: 'int32', count: 'int32', dryRun: 'boolean', error: 'int32', failed: 'int32', inconclusive: 'int32', measurements: '[]Measurement', message: 'string', metadata: 'map[string]',
    name: 'string!', phase: 'string!', successful: 'int32',
  },
  Measurement: { finishedAt: 'time', message: 'string', metadata: 'map[string]', phase: 'string!', resumeAt: 'time', startedAt: 'time', value: 'string' },

  Experiment: { apiVersion: 'string', kind: 'string', metadata: 'metadata', spec: 'ExperimentSpec!', status: 'ExperimentStatus' },
  ExperimentSpec: {
    analyses: '[]ExperimentAnalysisTemplateRef', analysisRunMetadata: 'PodTemplateMetadata', dryRun: '[]DryRun', duration: 'string', measurementRetention: '[]MeasurementRetention', progressDeadlineSeconds: 'int32',
    scaleDownDelaySeconds: 'int32', templates: '[]ExperimentTemplate!', terminate: 'boolean',
  },
  ExperimentAnalysisTemplateRef: { args: '[]Argument', clusterScope: 'boolean', name: 'string!', requiredForCompletion: 'boolean', templateName: 'string!' },
  ExperimentTemplate: { minReadySeconds: 'int32', name: 'string!', replicas: 'int32', selector: 'LabelSelector!', service: 'TemplateService', template: 'PodTemplateSpec!' },
  ExperimentStatus: {
    analysisRuns: '[]ExperimentAnalysisRunStatus', availableAt: 'time', conditions: '[]RolloutCondition', message: 'string', phase: 'string', templateStatuses: '[]ExperimentTemplateStatus',
  },
  ExperimentAnalysisRunStatus: { analysisRun: 'string!', message: 'string', name: 'string!', phase: 'string!' },
  ExperimentTemplateStatus: {
    availableReplicas: 'int32!', collisionCount: 'int32', lastTransitionTime: 'time', message: 'string', name: 'string!', podTemplateHash: 'string', readyReplicas: 'int32!', replicas: 'int32!', serviceName: 'string', status: 'string',
    updatedReplicas: 'int32!',
  },

  // Built-in rows that read differently inside a custom resource.
  PodTemplateSpec: { metadata: 'EmbeddedMetadata', spec: 'PodSpec' },
  JobTemplateSpec: { metadata: 'EmbeddedMetadata', spec: 'JobSpec' },
  EmbeddedMetadata: { annotations: 'map[string]', finalizers: '[]string', labels: 'map[string]', name: 'string', namespace: 'string' },
  ResourceRequirements: { claims: '[]CoreV1ResourceClaim', limits: 'object', requests: 'object' },
  ResourceFieldSelector: { containerName: 'string', divisor: 'int-or-string', resource: 'string!' },
};

/** Fields that differ from the built-in row while the rest of the row stays. */
export const fieldOverrides: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  PodSpec: { volumes: '[]object', overhead: 'map[int-or-string]' },
};
