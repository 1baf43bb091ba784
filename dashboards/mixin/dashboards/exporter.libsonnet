// The exporter itself: does it keep its schedule, what does it cost, who asks it for what.
local dashboard = import '../lib/dashboard.libsonnet';
local panel = import '../lib/panel.libsonnet';
local s = 'job=~"$job", instance=~"$instance"';
local scheduled = { scheduled: true };

{
  local state = [
    panel.stat({
      title: 'Running',
      text: 'Exporters that Prometheus reaches.',
      unit: 'none',
      mappings: panel.upDown,
      targets: [panel.range('min(up{%s})' % s)],
    } + scheduled),
    panel.stat({
      title: 'Version',
      text: 'Version and revision that run.',
      unit: 'none',
      textMode: 'name',
      color: { mode: 'fixed', fixedColor: 'text' },
      targets: [panel.range('count by (version) (ike_exporter_build_info{%s})' % s, '{{version}}')],
    } + scheduled),
    panel.stat({
      title: 'Configuration',
      text: 'Whether the last reload succeeded. If not, the previous configuration is running.',
      unit: 'none',
      mappings: [{ type: 'value', options: {
        '0': { text: 'reload failed', color: 'red', index: 0 },
        '1': { text: 'loaded', color: 'green', index: 1 },
      } }],
      targets: [panel.range('min(ike_exporter_config_last_reload_successful{%s})' % s)],
    } + scheduled),
    panel.stat({
      title: 'Loaded',
      text: 'When the configuration that runs was loaded.',
      unit: 'dateTimeFromNow',
      color: { mode: 'fixed', fixedColor: 'text' },
      targets: [panel.range('1000 * min(ike_exporter_config_last_reload_success_timestamp_seconds{%s})' % s)],
    } + scheduled),
    panel.stat({
      title: 'Targets',
      text: 'Targets of these exporters.',
      unit: 'short',
      steps: [{ color: 'text', value: null }],
      targets: [panel.range('sum(ike_exporter_targets{%s})' % s)],
    } + scheduled),
    panel.stat({
      title: 'Up since',
      text: 'When the youngest of the processes was started.',
      unit: 'dateTimeFromNow',
      color: { mode: 'fixed', fixedColor: 'text' },
      targets: [panel.range('1000 * max(process_start_time_seconds{%s})' % s)],
    } + scheduled),
  ],

  local schedule = [
    panel.timeseries({
      title: 'Probes',
      text: 'Finished probes a second by version, and failed ones.',
      unit: 'ops',
      targets: [
        panel.range('sum by (ike_version) (rate(ike_probes_total{%s}[$__rate_interval]))' % s, 'IKEv{{ike_version}}'),
        panel.range('sum(rate(ike_probe_failures_total{%s}[$__rate_interval]))' % s, 'failed'),
      ],
      w: 8,
      min: 0,
    } + scheduled),
    panel.timeseries({
      title: 'Packets',
      text: 'Packets of finished probes a second.',
      unit: 'pps',
      targets: [
        panel.range('sum(rate(ike_probe_packets_sent_total{%s}[$__rate_interval]))' % s, 'sent'),
        panel.range('sum(rate(ike_probe_packets_received_total{%s}[$__rate_interval]))' % s, 'received'),
      ],
      w: 8,
      min: 0,
    } + scheduled),
    panel.timeseries({
      title: 'Probes in flight',
      text: 'Probes that have begun and not ended.',
      unit: 'short',
      targets: [panel.range('ike_exporter_probes_in_flight{%s}' % s, '{{instance}}')],
      w: 8,
      min: 0,
    } + scheduled),
    panel.timeseries({
      title: 'Schedule lag',
      text: 'How late probes start. More than a second means that there is more to do than the limits or the CPU allow.',
      unit: 's',
      targets: [
        panel.range('histogram_quantile(%(q)g, sum by (le) (rate(ike_exporter_schedule_lag_seconds_bucket{%(s)s}[$__rate_interval])))' % { q: q, s: s }, 'p%g' % (100 * q))
        for q in [0.5, 0.99]
      ],
      w: 8,
      min: 0,
    } + scheduled),
    panel.timeseries({
      title: 'Probes skipped',
      text: 'Probes that were due and not made, by reason.',
      unit: 'ops',
      targets: [panel.range('sum by (reason) (rate(ike_exporter_probes_skipped_total{%s}[$__rate_interval]))' % s, '{{reason}}')],
      w: 8,
      min: 0,
      noValue: 'none',
    } + scheduled),
    panel.timeseries({
      title: 'Packets lost and delayed here',
      text: 'Packets that belong to no probe (late answers, strangers), answers that our receive buffer had no room for, and packets that waited for a limit: the rate, the rate to one network, or room for the answers.',
      unit: 'pps',
      targets: [
        panel.range('sum by (instance) (rate(ike_exporter_unmatched_packets_total{%s}[$__rate_interval]))' % s, '{{instance}} unmatched'),
        panel.range('sum by (instance) (rate(ike_exporter_receive_drops_total{%s}[$__rate_interval]))' % s, '{{instance}} dropped'),
        panel.range('sum by (limit) (rate(ike_exporter_packets_delayed_total{%s}[$__rate_interval]))' % s, 'delayed, {{limit}}'),
      ],
      w: 8,
      min: 0,
    } + scheduled),
    panel.timeseries({
      title: 'Audits',
      text: 'Audits that ended in the time between two points, and those that failed.',
      unit: 'short',
      draw: 'bars',
      fill: 60,
      targets: [
        panel.range(panel.gained('job', 'ike_audits_total{%s}' % s), 'ended'),
        panel.range(panel.gained('job', 'ike_audit_failures_total{%s}' % s), 'failed'),
      ],
      min: 0,
    } + scheduled),
    panel.bargauge({
      title: 'Longest without a probe',
      text: 'Time since the last probe, in intervals of the target. More than three is an alert.',
      w: 12,
      unit: 'none',
      min: 0,
      max: 4,
      decimals: 1,
      targets: [panel.instant(|||
        sort_desc(topk(10,
          (time() - (ike_probe_last_run_timestamp_seconds{%(s)s} > 0))
          / ike_probe_interval_seconds{%(s)s}))
      ||| % { s: s }, '{{target}} IKEv{{ike_version}}')],
      steps: panel.warnAbove($._config.staleIntervals),
    } + scheduled),
  ],

  local http = [
    panel.timeseries({
      title: 'HTTP requests',
      text: 'Requests a second by handler and status.',
      unit: 'reqps',
      targets: [panel.range('sum by (handler, code) (rate(ike_exporter_http_requests_total{%s}[$__rate_interval]))' % s, '{{handler}} {{code}}')],
      w: 8,
      min: 0,
    } + scheduled),
    panel.timeseries({
      title: 'HTTP duration',
      text: 'Time that 95 % of the requests stay below, by handler.',
      unit: 's',
      targets: [panel.range('histogram_quantile(0.95, sum by (handler, le) (rate(ike_exporter_http_request_duration_seconds_bucket{%s}[$__rate_interval])))' % s, '{{handler}}')],
      w: 8,
      min: 0,
    } + scheduled),
    panel.timeseries({
      title: 'Requests refused',
      text: 'Ad hoc probes that were not allowed or too many, by reason.',
      unit: 'reqps',
      targets: [panel.range('sum by (reason) (rate(ike_exporter_api_rejections_total{%s}[$__rate_interval]))' % s, '{{reason}}')],
      w: 8,
      min: 0,
      noValue: 'none',
    } + scheduled),
    panel.timeseries({
      title: 'Scrape duration',
      text: 'How long Prometheus takes to scrape the exporter.',
      unit: 's',
      targets: [panel.range('scrape_duration_seconds{%s} and on (job, instance) ike_exporter_build_info{%s}' % [s, s], '{{instance}}')],
      w: 8,
      min: 0,
    } + scheduled),
    panel.timeseries({
      title: 'Samples',
      text: 'Samples of a scrape.',
      unit: 'short',
      targets: [panel.range('scrape_samples_scraped{%s} and on (job, instance) ike_exporter_build_info{%s}' % [s, s], '{{instance}}')],
      w: 8,
      min: 0,
    } + scheduled),
    panel.timeseries({
      title: 'Log lines',
      text: 'Lines of the log a second by level, those left out as repeated included. What errors say stands in the log.',
      unit: 'ops',
      targets: [panel.range('sum by (level) (rate(ike_exporter_log_messages_total{%s}[$__rate_interval]))' % s, '{{level}}')],
      w: 8,
      min: 0,
    } + scheduled),
  ],

  local process = [
    panel.timeseries({
      title: 'CPU',
      text: 'Cores in use.',
      unit: 'short',
      targets: [panel.range('rate(process_cpu_seconds_total{%s}[$__rate_interval])' % s, '{{instance}}')],
      w: 8,
      min: 0,
    } + scheduled),
    panel.timeseries({
      title: 'Memory',
      text: 'Resident memory.',
      unit: 'bytes',
      targets: [panel.range('process_resident_memory_bytes{%s}' % s, '{{instance}}')],
      w: 8,
      min: 0,
    } + scheduled),
    panel.timeseries({
      title: 'File descriptors',
      text: 'Open descriptors as a share of those that are allowed.',
      unit: 'percentunit',
      targets: [panel.range('process_open_fds{%s} / process_max_fds{%s}' % [s, s], '{{instance}}')],
      w: 8,
      min: 0,
    } + scheduled),
  ],

  grafanaDashboards+:: {
    'ike-exporter.json': dashboard.dashboard($._config, {
      uid: 'ike-exporter',
      title: 'IKE / Exporter',
      text: 'The exporter itself: schedule, cost, HTTP.',
      period: $._config.dashboardPeriod,
      annotations: dashboard.annotations(s),
      variables: dashboard.variables('ike_exporter_build_info'),
      panels: state
              + [panel.row('Schedule')] + schedule
              + [panel.row('HTTP')] + http
              + [panel.row('Process')] + process,
    }),
  },
}
