{{- /* Names and labels; the rules are those of chart 2.32.5. */ -}}
{{- define "argo-rollouts.name" -}}
{{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "argo-rollouts.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- $full := .Values.fullnameOverride | default (contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name)) -}}
{{ $full | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "argo-rollouts.serviceAccount" -}}
{{ .Values.serviceAccount.create | ternary (.Values.serviceAccount.name | default (include "argo-rollouts.fullname" .)) (.Values.serviceAccount.name | default "default") }}
{{- end }}

{{- define "argo-rollouts.dashboardServiceAccount" -}}
{{- $account := .Values.dashboard.serviceAccount -}}
{{ $account.create | ternary ($account.name | default (printf "%s-dashboard" (include "argo-rollouts.fullname" .))) ($account.name | default "default") }}
{{- end }}

{{- /* Arguments: root, component. */ -}}
{{- define "argo-rollouts.selectorLabels" -}}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/name: {{ include "argo-rollouts.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{- define "argo-rollouts.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "argo-rollouts.selectorLabels" . }}
app.kubernetes.io/part-of: {{ include "argo-rollouts.name" .root }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end }}

{{- /* Arguments: root, image. */ -}}
{{- define "argo-rollouts.image" -}}
{{ .image.registry }}/{{ .image.repository }}:{{ .image.tag | default .root.Chart.AppVersion }}
{{- end }}
