{{- /* The controller's command line; the order is what a reader of kubectl describe knows. */ -}}
{{- define "ingress-nginx.args" -}}
{{- $controller := .Values.controller -}}
- /nginx-ingress-controller
{{- if $controller.publishService.enabled }}
- --publish-service={{ $controller.publishService.pathOverride | default (printf "$(POD_NAMESPACE)/%s" (include "ingress-nginx.controller" .)) }}
{{- end }}
- --election-id={{ include "ingress-nginx.election" . }}
- --controller-class={{ $controller.ingressClassResource.controllerValue }}
{{- with $controller.ingressClass }}
- --ingress-class={{ . }}
{{- end }}
- --configmap=$(POD_NAMESPACE)/{{ include "ingress-nginx.controller" . }}
{{- if $controller.scope.enabled }}
- --watch-namespace={{ $controller.scope.namespace | default "$(POD_NAMESPACE)" }}
{{- end }}
{{- if $controller.admissionWebhooks.enabled }}
- --validating-webhook=:{{ $controller.admissionWebhooks.port }}
- --validating-webhook-certificate={{ $controller.admissionWebhooks.certificate }}
- --validating-webhook-key={{ $controller.admissionWebhooks.key }}
{{- end }}
{{- if $controller.watchIngressWithoutClass }}
- --watch-ingress-without-class=true
{{- end }}
{{- if $controller.enableAnnotationValidations }}
- --enable-annotation-validation=true
{{- end }}
{{- range $key, $value := $controller.extraArgs }}
{{- if $value }}
- --{{ $key }}={{ $value }}
{{- else }}
- --{{ $key }}
{{- end }}
{{- end }}
{{- end }}
