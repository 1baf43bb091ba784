{{- define "ike-exporter.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "ike-exporter.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else if contains (include "ike-exporter.name" .) .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "ike-exporter.name" .) | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "ike-exporter.selectorLabels" -}}
app.kubernetes.io/name: {{ include "ike-exporter.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "ike-exporter.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "ike-exporter.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* The metadata of everything but the dashboards. */}}
{{- define "ike-exporter.metadata" -}}
name: {{ include "ike-exporter.fullname" . }}
namespace: {{ .Release.Namespace }}
labels:
  {{- include "ike-exporter.labels" . | nindent 2 }}
{{- end }}

{{- define "ike-exporter.image" -}}
{{- with .Values.image -}}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end }}
{{- end }}

{{- define "ike-exporter.serviceAccountName" -}}
{{- default (ternary (include "ike-exporter.fullname" .) "default" .Values.serviceAccount.create) .Values.serviceAccount.name }}
{{- end }}

{{- define "ike-exporter.configMapName" -}}
{{- default (include "ike-exporter.fullname" .) .Values.existingConfigMap }}
{{- end }}

{{/* A check by Kubernetes; with passwords or client certificates only that the port is open. */}}
{{- define "ike-exporter.check" -}}
{{- if .root.Values.webConfig.secretName -}}
tcpSocket:
  port: metrics
{{- else -}}
httpGet:
  path: {{ .path }}
  port: metrics
{{- end }}
{{- end }}

{{/* One endpoint of a monitor. `job` is what the rules expect; the pod's name survives a restart, its address does not. */}}
{{- define "ike-exporter.endpoint" -}}
port: metrics
scheme: {{ .root.Values.webConfig.scheme }}
interval: {{ .monitor.interval }}
{{- with .monitor.scrapeTimeout }}
scrapeTimeout: {{ . }}
{{- end }}
{{- with .root.Values.monitorAuth }}
{{ toYaml . }}
{{- end }}
relabelings:
  - targetLabel: job
    replacement: ike_exporter
  - sourceLabels: [__meta_kubernetes_pod_name]
    targetLabel: instance
{{- end }}
