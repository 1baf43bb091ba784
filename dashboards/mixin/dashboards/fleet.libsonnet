// All targets together: which are down and why, how good the paths are, what answers.
local dashboard = import '../lib/dashboard.libsonnet';
local panel = import '../lib/panel.libsonnet';
local s = 'job=~"$job", instance=~"$instance"';

{
  local counts = [
    panel.stat({
      title: 'Targets',
      text: 'Targets that are configured, whatever their state.',
      unit: 'short',
      targets: [panel.range('count(ike_target_up{%s})' % s)],
      noValue: 'none known',
      graph: 'area',
      w: 3,
      steps: [{ color: 'text', value: null }],
    }),
    panel.stat({
      title: 'Not scraped',
      text: 'Exporters, or gateways behind /probe, that Prometheus does not reach: what else is shown here lacks them.',
      unit: 'short',
      targets: [panel.range(panel.countOf('up{%s}' % s, 'up{%s} == 0' % s))],
      noValue: 'no exporter',
      steps: panel.noneIsGood,
      w: 3,
    }),
    panel.stat({
      title: 'Down',
      text: 'Targets of which the versions that they require did not answer the last probe.',
      unit: 'short',
      targets: [panel.range(panel.countOf('ike_target_up{%s}' % s, 'ike_target_up{%s} == 0' % s))],
      noValue: 'unknown',
      steps: panel.noneIsGood,
      graph: 'area',
      w: 3,
    }),
    panel.stat({
      title: 'Availability',
      text: 'Share of the time in which the targets were up, over all targets and the whole period.',
      unit: 'percentunit',
      decimals: 2,
      targets: [panel.instant('avg(avg_over_time(ike_target_up{%s}[$__range]))' % s)],
      steps: panel.goodAbove(0.99, 0.999),
    }),
    panel.stat({
      title: 'Slow answers',
      text: 'Round-trip time that 95 % of the answered probes stay below.',
      scheduled: true,
      unit: 's',
      targets: [panel.range('histogram_quantile(0.95, sum by (le) (rate(ike_rtt_seconds_bucket{%s}[$__rate_interval])))' % s)],
      steps: panel.warnAbove($._config.slowSeconds),
      graph: 'area',
    }),
    panel.stat({
      title: 'Under load',
      text: 'Targets that asked for a cookie before they answered: they have many half-open exchanges.',
      unit: 'short',
      targets: [panel.range(panel.countOf('ike_responder_cookie_required{%s}' % s, 'count by (job, instance, target) (ike_responder_cookie_required{%s} == 1)' % s))],
      noValue: 'unknown',
      w: 3,
      steps: panel.warnAbove(1),
      graph: 'area',
    }),
    panel.stat({
      title: 'Alerts',
      text: 'IKE alerts that are firing, those about an exporter included, if the shipped rules are loaded into this data source.',
      unit: 'short',
      targets: [panel.range(panel.countOf('up{%s}' % s, 'ALERTS{%s, alertname=~"IKE.+", alertstate="firing"}' % dashboard.alertsOf(s)))],
      noValue: 'unknown',
      steps: panel.noneIsGood,
    }),
  ],

  local reachability = [
    panel.timeseries({
      title: 'Targets by state',
      text: 'How many targets were up and down.',
      unit: 'short',
      stack: true,
      fill: 60,
      targets: [
        panel.range(panel.countOf('ike_target_up{%s}' % s, 'ike_target_up{%s} == %d' % [s, up]), ['down', 'up'][up])
        for up in [0, 1]
      ],
      overrides: [
        { matcher: { id: 'byName', options: 'down' }, properties: [{ id: 'color', value: { mode: 'fixed', fixedColor: 'red' } }] },
        { matcher: { id: 'byName', options: 'up' }, properties: [{ id: 'color', value: { mode: 'fixed', fixedColor: 'green' } }] },
      ],
      min: 0,
    }),
    panel.table({
      title: 'Down now',
      text: 'Targets that are down, with the reason of each version and its last answer. Click on a name for its history.',
      unit: 'dateTimeFromNow',
      targets: [panel.tableOf(|||
        1000 * ike_probe_failure_info{%(s)s}
          * on (job, instance, target, ike_version) group_left () ike_probe_last_answer_timestamp_seconds{%(s)s}
          and on (job, instance, target) (ike_target_up{%(s)s} == 0)
      ||| % { s: s })],
      columns: [['target', 'Target'], ['ike_version', 'IKE version'], ['reason', 'Reason'], ['instance', 'Instance']],
      value: 'Since (last answer)',
      valueMappings: [{ type: 'value', options: { '0': { text: 'never answered', color: 'text', index: 0 } } }],
    }),
    panel.timeseries({
      title: 'Failures by reason',
      text: 'Failed probes a second by reason. Versions that are not configured at the other side count as timeout or rejected.',
      scheduled: true,
      unit: 'ops',
      stack: true,
      fill: 40,
      targets: [panel.range('sum by (reason) (rate(ike_probe_failures_total{%s}[$__rate_interval]))' % s, '{{reason}}')],
      min: 0,
    }),
    panel.bargauge({
      title: 'Least available',
      text: 'The targets with the lowest share of time up in this period.',
      w: 12,
      unit: 'percentunit',
      min: 0,
      max: 1,
      targets: [panel.instant('sort(bottomk(12, avg_over_time(ike_target_up{%s}[$__range])))' % s, '{{target}}')],
      steps: panel.goodAbove(0.99, 0.999),
    }),
  ],

  local path = [
    panel.timeseries({
      title: 'Round-trip time',
      text: 'Request to first valid answer over all targets.',
      scheduled: true,
      unit: 's',
      targets: [
        panel.range('histogram_quantile(%(q)g, sum by (le) (rate(ike_rtt_seconds_bucket{%(s)s}[$__rate_interval])))' % { q: q, s: s }, 'p%g' % (100 * q))
        for q in [0.5, 0.95, 0.99]
      ],
      w: 8,
      min: 0,
    }),
    panel.bargauge({
      title: 'Slowest',
      text: 'The targets with the longest round-trip time of their last answered probe.',
      unit: 's',
      min: 0,
      targets: [panel.instant('sort_desc(topk(12, max by (job, instance, target) (ike_last_rtt_seconds{%s})))' % s, '{{target}}')],
      steps: panel.warnAbove($._config.slowSeconds),
    }),
    panel.bargauge({
      title: 'Most packets lost',
      text: 'Share of the packets without an answer, of versions that do answer.',
      scheduled: true,
      unit: 'percentunit',
      min: 0,
      max: 1,
      targets: [panel.instant(|||
        sort_desc(topk(12,
          (1 - increase(ike_probe_packets_received_total{%(s)s}[$__range])
             / (increase(ike_probe_packets_sent_total{%(s)s}[$__range]) > 0))
          and ike_up{%(s)s} == 1))
      ||| % { s: s }, '{{target}} IKEv{{ike_version}}')],
      steps: panel.warnAbove($._config.lossRatio),
    }),
  ],

  local answers = [
    panel.timeseries({
      title: 'Versions',
      text: 'Targets that answer an IKE version, and targets that choose one of its proposals: only the latter proves that it is configured.',
      unit: 'short',
      targets: [
        panel.range('sum by (ike_version) (ike_up{%s})' % s, 'IKEv{{ike_version}} answers'),
        panel.range('sum by (ike_version) (ike_negotiated{%s})' % s, 'IKEv{{ike_version}} negotiates'),
      ],
      w: 8,
      min: 0,
    }),
    panel.bargauge({
      title: 'Implementations',
      text: 'What the answers look like: vendor ids and behaviour.',
      unit: 'short',
      min: 0,
      color: { mode: 'fixed', fixedColor: 'blue' },
      targets: [panel.instant('sort_desc(count by (implementation) (ike_responder_info{%s}))' % s, '{{implementation}}')],
    }),
    panel.bargauge({
      title: 'Groups chosen',
      text: 'Number of the Diffie-Hellman group that targets chose.',
      unit: 'short',
      min: 0,
      color: { mode: 'fixed', fixedColor: 'blue' },
      targets: [panel.instant('sort_desc(count by (ike_version, dh_group) (ike_selected_info{%s}))' % s, 'IKEv{{ike_version}} group {{dh_group}}')],
    }),
    panel.table({
      title: 'IKEv2 suites chosen',
      text: 'Suites that targets chose from our broad offer, the most frequent first.',
      unit: 'short',
      targets: [panel.tableOf('sort_desc(count by (encryption, integrity, prf, dh_group, additional_ke) (ike_selected_info{%s, ike_version="2"}))' % s)],
      columns: [['encryption', 'Encryption'], ['integrity', 'Integrity'], ['prf', 'PRF'], ['dh_group', 'Group'], ['additional_ke', 'Additional key exchange']],
      value: 'Targets',
    }),
    panel.table({
      title: 'IKEv1 suites chosen',
      text: 'Suites that targets chose in Main or Aggressive Mode, the most frequent first.',
      unit: 'short',
      targets: [panel.tableOf('sort_desc(count by (encryption, hash, authentication, dh_group) (ike_selected_info{%s, ike_version="1"}))' % s)],
      columns: [['encryption', 'Encryption'], ['hash', 'Hash'], ['authentication', 'Authentication'], ['dh_group', 'Group']],
      value: 'Targets',
    }),
  ],

  grafanaDashboards+:: {
    'ike-fleet.json': dashboard.dashboard($._config, {
      uid: 'ike-fleet',
      title: 'IKE / Fleet',
      text: 'All VPN gateways: which are down and why, how good their paths are, what they choose.',
      period: $._config.dashboardPeriod,
      annotations: dashboard.annotations(s),
      variables: dashboard.variables('ike_target_up') + [dashboard.filters],
      panels: counts
              + [panel.row('Reachability')] + reachability
              + [panel.row('Path')] + path
              + [panel.row('What answers')] + answers,
    }),
  },
}
