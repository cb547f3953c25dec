{{- /* Stable and canary differ in a suffix, a label, an image tag and a count. Arguments: root, track, tag, replicas, env. */ -}}
{{- define "sample-app.name" -}}
{{ .root.Release.Name }}{{ if eq .track "canary" }}-canary{{ end }}
{{- end }}

{{- define "sample-app.labels" -}}
app: {{ .root.Release.Name }}
deployment: {{ .track }}
{{- end }}

{{- define "sample-app.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "sample-app.name" . }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "sample-app.labels" . | nindent 4 }}
spec:
  replicas: {{ .replicas }}
  selector:
    matchLabels:
      {{- include "sample-app.labels" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "sample-app.labels" . | nindent 8 }}
      annotations:
        prometheus.io/scrape: 'true'
        prometheus.io/port: '9090'
        prometheus.io/path: /monitoring/metrics
    spec:
      serviceAccountName: {{ .root.Release.Name }}
      terminationGracePeriodSeconds: {{ .root.Values.terminationGracePeriodSeconds }}
      containers:
        - name: sample-app
          image: {{ .root.Values.image.repository }}:{{ .tag }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          env:
            - name: HTTP_PORT
              value: '8080'
            - name: METRICS_PORT
              value: '9090'
            - name: KUBERNETES_NODE
              valueFrom:
                fieldRef:
                  fieldPath: spec.nodeName
            - name: KUBERNETES_NAMESPACE
              valueFrom:
                fieldRef:
                  fieldPath: metadata.namespace
            - name: KUBERNETES_POD
              valueFrom:
                fieldRef:
                  fieldPath: metadata.name
            - name: KUBERNETES_DEPLOYMENT
              valueFrom:
                fieldRef:
                  fieldPath: metadata.labels['deployment']
            - name: KUBERNETES_POD_TEMPLATE_HASH
              valueFrom:
                fieldRef:
                  fieldPath: metadata.labels['pod-template-hash']
            {{- with concat .root.Values.env .env }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          ports:
            - name: http
              containerPort: 8080
            - name: metrics
              containerPort: 9090
          livenessProbe:
            httpGet:
              path: /healthz
              port: http
            periodSeconds: 10
          readinessProbe:
            httpGet:
              path: /readyz
              port: http
            periodSeconds: 2
          {{- with .root.Values.resources }}
          resources:
            {{- toYaml . | nindent 12 }}
          {{- end }}
{{- end }}

{{- define "sample-app.service" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "sample-app.name" . }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "sample-app.labels" . | nindent 4 }}
spec:
  selector:
    {{- include "sample-app.labels" . | nindent 4 }}
  ports:
    - name: http
      port: 8080
      targetPort: http
    - name: metrics
      port: 9090
      targetPort: metrics
{{- end }}

{{- define "sample-app.ingressSpec" -}}
ingressClassName: {{ .root.Values.ingress.className }}
rules:
  - host: {{ .root.Values.ingress.host }}
    http:
      paths:
        - path: /
          pathType: Prefix
          backend:
            service:
              name: {{ include "sample-app.name" . }}
              port:
                name: http
{{- end }}
