{{- /* What the controller may do; a Role or a ClusterRole holds it. */ -}}
{{- define "argo-rollouts.controllerRules" -}}
- apiGroups: [argoproj.io]
  resources: [rollouts, rollouts/status, rollouts/finalizers]
  verbs: [get, list, watch, update, patch]
- apiGroups: [argoproj.io]
  resources: [analysisruns, analysisruns/finalizers, experiments, experiments/finalizers]
  verbs: [create, get, list, watch, update, patch, delete]
- apiGroups: [argoproj.io]
  resources: [analysistemplates, clusteranalysistemplates]
  verbs: [get, list, watch]
- apiGroups: [apps]
  resources: [replicasets]
  verbs: [create, get, list, watch, update, patch, delete]
# For workloadRef; with scaleDown the referenced Deployment is written, too.
- apiGroups: ['', apps]
  resources: [deployments, podtemplates]
  verbs: [get, list, watch, update, patch]
- apiGroups: ['']
  resources: [services]
  verbs: [create, get, list, watch, update, patch, delete]
- apiGroups: ['']
  resources: [secrets, configmaps]
  verbs: [get, list, watch]
- apiGroups: ['']
  resources: [pods]
  verbs: [list, update, watch, patch]
- apiGroups: ['']
  resources: [pods/eviction]
  verbs: [create]
- apiGroups: ['']
  resources: [events]
  verbs: [create, update, patch]
- apiGroups: [networking.k8s.io, extensions]
  resources: [ingresses]
  verbs: [create, get, list, watch, update, patch]
- apiGroups: [batch]
  resources: [jobs]
  verbs: [create, get, list, watch, update, patch, delete]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [create, get, update]
{{- end }}

{{- /* What the dashboard may do on behalf of anyone who can reach it. */ -}}
{{- define "argo-rollouts.dashboardRules" -}}
- apiGroups: [argoproj.io]
  resources: [rollouts, rollouts/status, analysisruns, experiments]
  verbs: [get, list, watch{{ if not .Values.dashboard.readonly }}, update, patch{{ end }}]
- apiGroups: [argoproj.io]
  resources: [analysistemplates, clusteranalysistemplates]
  verbs: [get, list, watch]
- apiGroups: ['']
  resources: [pods, namespaces, events]
  verbs: [get, list, watch]
- apiGroups: [apps]
  resources: [replicasets, deployments]
  verbs: [get, list, watch{{ if not .Values.dashboard.readonly }}, update, patch{{ end }}]
{{- end }}

{{- /* A role with its binding. Arguments: root, component, name, account, rules. */ -}}
{{- define "argo-rollouts.roleAndBinding" -}}
{{- $prefix := .root.Values.clusterInstall | ternary "Cluster" "" -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $prefix }}Role
metadata:
  name: {{ .name }}
  {{- if not .root.Values.clusterInstall }}
  namespace: {{ .root.Release.Namespace }}
  {{- end }}
  labels:
    {{- include "argo-rollouts.labels" . | nindent 4 }}
rules:
  {{- .rules | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $prefix }}RoleBinding
metadata:
  name: {{ .name }}
  {{- if not .root.Values.clusterInstall }}
  namespace: {{ .root.Release.Namespace }}
  {{- end }}
  labels:
    {{- include "argo-rollouts.labels" . | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ $prefix }}Role
  name: {{ .name }}
subjects:
  - kind: ServiceAccount
    name: {{ .account }}
    namespace: {{ .root.Release.Namespace }}
{{- end }}
