{{- /* Names and labels; the rules are those of chart 54.2.2, whose full name is cut to 26 characters. */ -}}
{{- define "kube-prometheus-stack.name" -}}
{{ default .Chart.Name .Values.nameOverride | trunc 50 | trimSuffix "-" }}
{{- end }}

{{- define "kube-prometheus-stack.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- $full := .Values.fullnameOverride | default (contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name)) -}}
{{ $full | trunc 26 | trimSuffix "-" }}
{{- end }}

{{- define "kube-prometheus-stack.prometheus" -}}
{{ include "kube-prometheus-stack.fullname" . }}-prometheus
{{- end }}

{{- define "kube-prometheus-stack.serviceAccount" -}}
{{ .Values.prometheus.serviceAccount.create | ternary (.Values.prometheus.serviceAccount.name | default (include "kube-prometheus-stack.prometheus" .)) (.Values.prometheus.serviceAccount.name | default "default") }}
{{- end }}

{{- define "kube-prometheus-stack.labels" -}}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.Version | quote }}
app.kubernetes.io/part-of: {{ include "kube-prometheus-stack.name" . }}
chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
release: {{ .Release.Name | quote }}
heritage: {{ .Release.Service | quote }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* What the operator would label the Pods with, and the Services select. */ -}}
{{- define "kube-prometheus-stack.podLabels" -}}
app.kubernetes.io/name: prometheus
operator.prometheus.io/name: {{ include "kube-prometheus-stack.prometheus" . }}
{{- end }}

{{- /* The monitors that count: matchLabels of a selector, else the label of this release, else all. Takes root, selector, usesRelease and field. */ -}}
{{- define "kube-prometheus-stack.monitorSelector" -}}
{{- $release := .root.Release.Name -}}
{{- $usesRelease := .usesRelease -}}
{{- $field := .field -}}
{{- with .selector -}}
{{- if .matchExpressions }}{{ fail (printf "prometheus.prometheusSpec.%s.matchExpressions is not modelled by the embedded edition of kube-prometheus-stack" $field) }}{{ end -}}
{{- $pairs := list -}}
{{- range $key, $value := .matchLabels }}{{ $pairs = append $pairs (printf "%s=%s" $key $value) }}{{ end -}}
{{ join "," $pairs }}
{{- else -}}
{{ ternary (printf "release=%s" $release) "" $usesRelease }}
{{- end -}}
{{- end }}
