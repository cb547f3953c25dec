{{- /* Names and labels. Every template calls these; the rules are those of chart 4.8.3. */ -}}
{{- define "ingress-nginx.name" -}}
{{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "ingress-nginx.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- $full := .Values.fullnameOverride | default (contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name)) -}}
{{ $full | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "ingress-nginx.controller" -}}
{{ printf "%s-%s" (include "ingress-nginx.fullname" .) .Values.controller.name | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "ingress-nginx.admission" -}}
{{ include "ingress-nginx.fullname" . }}-admission
{{- end }}

{{- define "ingress-nginx.serviceAccount" -}}
{{ .Values.serviceAccount.create | ternary (.Values.serviceAccount.name | default (include "ingress-nginx.fullname" .)) (.Values.serviceAccount.name | default "default") }}
{{- end }}

{{- define "ingress-nginx.election" -}}
{{ .Values.controller.electionID | default (printf "%s-leader" (include "ingress-nginx.fullname" .)) }}
{{- end }}

{{- define "ingress-nginx.selectorLabels" -}}
app.kubernetes.io/name: {{ include "ingress-nginx.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "ingress-nginx.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "ingress-nginx.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: {{ include "ingress-nginx.name" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* An image with tag and, unless it is emptied, digest. */ -}}
{{- define "ingress-nginx.image" -}}
{{ .registry }}/{{ .image }}:{{ .tag }}{{ with .digest }}@{{ . }}{{ end }}
{{- end }}
