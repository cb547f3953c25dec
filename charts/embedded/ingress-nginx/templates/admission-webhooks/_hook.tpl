{{- /* Head of an object that lives only while hooks run. Arguments: root, kind, hooks. */ -}}
{{- define "ingress-nginx.hookMetadata" -}}
annotations:
  helm.sh/hook: {{ .hooks }}
  helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
labels:
  {{- include "ingress-nginx.labels" .root | nindent 2 }}
  app.kubernetes.io/component: admission-webhook
{{- end }}

{{- define "ingress-nginx.hooksAround" -}}
pre-install,pre-upgrade,post-install,post-upgrade
{{- end }}

{{- /* The two certgen Jobs differ in when they run and what they are told. Arguments: root, name, hooks, args. */ -}}
{{- define "ingress-nginx.certgenJob" -}}
{{- $patch := .root.Values.controller.admissionWebhooks.patch -}}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .name }}
  namespace: {{ .root.Release.Namespace }}
  {{- include "ingress-nginx.hookMetadata" . | nindent 2 }}
spec:
  template:
    metadata:
      name: {{ .name }}
      labels:
        {{- include "ingress-nginx.labels" .root | nindent 8 }}
        app.kubernetes.io/component: admission-webhook
    spec:
      restartPolicy: OnFailure
      serviceAccountName: {{ include "ingress-nginx.admission" .root }}
      nodeSelector:
        {{- toYaml $patch.nodeSelector | nindent 8 }}
      {{- with $patch.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      securityContext:
        runAsNonRoot: true
        runAsUser: 2000
        fsGroup: 2000
      containers:
        - name: {{ .container }}
          image: {{ include "ingress-nginx.image" $patch.image }}
          imagePullPolicy: {{ $patch.image.pullPolicy }}
          args:
            {{- toYaml .args | nindent 12 }}
          env:
            - name: POD_NAMESPACE
              valueFrom:
                fieldRef:
                  fieldPath: metadata.namespace
          securityContext:
            allowPrivilegeEscalation: false
{{- end }}
