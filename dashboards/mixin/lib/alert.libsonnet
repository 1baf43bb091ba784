// One alerting rule. `spec` has expr, duration, severity, summary and description; what is the same
// for all of them (the runbook's address) is added here.
function(config) {
  alert(name, spec):: {
    alert: name,
    expr: spec.expr,
    [if std.objectHas(spec, 'duration') then 'for']: spec.duration,
    labels: { severity: spec.severity },
    annotations: {
      summary: spec.summary,
      description: spec.description,
      runbook_url: config.runbookURLPrefix + name + '.md',
    },
  },

  // The labels of one target as PromQL takes them after on() and by().
  target: std.join(', ', config.targetLabels),
  version: std.join(', ', config.targetLabels + ['ike_version']),

  // Template text: why the last probes of this target failed, asked when the alert fires.
  reasons:: '{{ range query (printf "ike_probe_failure_info{job=%q,instance=%q,target=%q}" $labels.job $labels.instance $labels.target) | sortByLabel "ike_version" }}'
            + ' IKEv{{ .Labels.ike_version }}: {{ .Labels.reason }}.{{ end }}',
}
