// One alerting rule. `spec` has expr, duration, keep, severity, summary and description, and in `page` what its
// dashboard is about (by default 'endpoint'); what is the same for all of them is added here.
function(config) {
  local grafana = {
    endpoint: '/d/ike-endpoint?var-job={{ $labels.job | urlquery }}&var-instance={{ $labels.instance | urlquery }}&var-target={{ $labels.target | urlquery }}',
    fleet: '/d/ike-fleet?var-job={{ $labels.job | urlquery }}',
    exporter: '/d/ike-exporter?var-job={{ $labels.job | urlquery }}',
    scrapes: self.exporter,
  },
  // Of a gateway that is reached through /probe the exporter has no page of its own.
  local pages = {
    endpoint: config.exporterURL + '/{{ if ne $labels.job "%s" }}targets/{{ $labels.target }}{{ end }}' % config.probeJob,
    fleet: config.exporterURL + '/',
    exporter: config.exporterURL + '/',
    // The exporter has no page while it is down: Prometheus says what its scrape met.
    scrapes: '{{ $externalURL }}/targets',
  },
  local keeps(spec) = std.get(spec, 'keep', std.objectHas(spec, 'duration')),
  local page(spec) = std.get(spec, 'page', 'endpoint'),

  alert(name, spec):: {
    alert: name,
    expr: spec.expr,
    [if std.objectHas(spec, 'duration') then 'for']: spec.duration,
    [if keeps(spec) then 'keep_firing_for']: config.keepFor,
    labels: { severity: spec.severity },
    annotations: {
      summary: spec.summary,
      description: spec.description,
      runbook_url: config.runbookURLPrefix + name,
      dashboard_url: if config.grafanaURL == '' then pages[page(spec)] else config.grafanaURL + grafana[page(spec)],
    },
  },

  // The labels of one target as PromQL takes them after on() and by().
  target: std.join(', ', config.targetLabels),
  version: std.join(', ', config.targetLabels + ['ike_version']),

  // Template text: why the last probes of this target failed, asked when the alert fires.
  reasons:: '{{ range query (printf "ike_probe_failure_info{job=%q,instance=%q,target=%q}" $labels.job $labels.instance $labels.target) | sortByLabel "ike_version" }}'
            + ' IKEv{{ .Labels.ike_version }}: {{ .Labels.reason }}.{{ end }}',
}
