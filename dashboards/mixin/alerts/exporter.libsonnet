// The exporter itself. Without these, silence would look like health.
{
  local c = $._config,
  local lib = (import '../lib/alert.libsonnet')(c),

  exporterAlerts:: [
    lib.alert('IKEExporterDown', {
      expr: |||
        up{%(exporterSelector)s} == 0
        or
        absent(up{%(exporterSelector)s})
      ||| % c,
      duration: c.exporterDownFor,
      keep: false,
      page: 'scrapes',
      severity: 'critical',
      summary: 'The IKE exporter cannot be scraped: no VPN gateway is watched.',
      description: 'Prometheus has not reached the IKE exporter {{ with $labels.instance }}{{ . }} {{ end }}for %s.' % c.exporterDownFor,
    }),

    lib.alert('IKEExporterReloadFailed', {
      expr: |||
        ike_exporter_config_last_reload_successful == 0
      |||,
      duration: c.reloadFailedFor,
      page: 'exporter',
      severity: 'warning',
      summary: 'The IKE exporter could not load its configuration.',
      description: '{{ $labels.instance }} runs on its previous configuration: the last reload failed.',
    }),

    lib.alert('IKEExporterOverloaded', {
      expr: |||
        histogram_quantile(0.99, rate(ike_exporter_schedule_lag_seconds_bucket[%(lagWindow)s])) > %(lagSeconds)g
      ||| % c,
      duration: c.lagFor,
      page: 'exporter',
      severity: 'warning',
      summary: 'The IKE exporter starts its probes too late.',
      description: 'One in a hundred probes of {{ $labels.instance }} starts more than {{ $value | humanizeDuration }} after its time.',
    }),
  ],

  // Gauges that nobody renews still look healthy. First probes do not wait for the interval: a target that was
  // never probed (0) is stale, too.
  staleAlerts:: [
    lib.alert('IKEProbeStale', {
      expr: |||
        time() - ike_probe_last_run_timestamp_seconds
          > %(staleIntervals)g * ike_probe_interval_seconds + %(staleGraceSeconds)g
      ||| % c,
      duration: c.staleFor,
      severity: 'warning',
      summary: 'A VPN gateway is no longer probed.',
      description: '{{ $labels.target }} was not probed over IKEv{{ $labels.ike_version }} for several intervals: its values are old.',
    }),
  ],

  probeScrapeAlerts:: [
    lib.alert('IKEProbeScrapeFailing', {
      expr: |||
        up{%(probeSelector)s} == 0
        unless on () (up{%(exporterSelector)s} == 0)
      ||| % c,
      duration: c.probeScrapeFor,
      severity: 'warning',
      summary: 'A VPN gateway cannot be probed through /probe.',
      description: 'Prometheus gets no metrics for {{ $labels.instance }} from /probe although the exporter runs.',
    }),
  ],
}
