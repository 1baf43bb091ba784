// What the fleet accepts: weak algorithms, group strength, compliance, readiness for quantum computers.
// Most of it comes from audits, so it needs targets that the exporter probes by itself.
local dashboard = import '../lib/dashboard.libsonnet';
local panel = import '../lib/panel.libsonnet';
local s = 'job=~"$job", instance=~"$instance"';
// Targets of which something is known, and those among them that accept `what`.
local targets(what) = panel.countOf('ike_weak_algorithms{%s}' % s, 'count by (job, instance, target) (%s)' % what);

{
  local counts = [
    panel.stat({
      title: 'Audited',
      text: 'Targets of which at least one audit is known.',
      scheduled: true,
      unit: 'short',
      steps: [{ color: 'text', value: null }],
      targets: [panel.range(panel.countOf('ike_audit_last_run_timestamp_seconds{%s}' % s, 'ike_audit_last_run_timestamp_seconds{%s} > 0' % s))],
    }),
    panel.stat({
      title: 'Compliant',
      text: 'Share of the targets that violate nothing of their policy, among those that are decided.',
      scheduled: true,
      unit: 'percentunit',
      targets: [panel.range('avg(ike_policy_compliant{%s})' % s)],
      steps: panel.goodAbove(0.8, 1),
    }),
    panel.stat({
      title: 'Accept broken algorithms',
      text: 'Targets that accept at least one broken algorithm.',
      scheduled: true,
      unit: 'short',
      targets: [panel.range(targets('ike_weak_algorithm_info{%s, level="broken"}' % s))],
      steps: panel.noneIsGood,
    }),
    panel.stat({
      title: 'Accept weak algorithms',
      text: 'Targets that accept at least one weak algorithm.',
      scheduled: true,
      unit: 'short',
      targets: [panel.range(targets('ike_weak_algorithm_info{%s, level="weak"}' % s))],
      steps: panel.warnAbove(1),
    }),
    panel.stat({
      title: 'Aggressive Mode',
      text: 'Targets that answer IKEv1 Aggressive Mode.',
      scheduled: true,
      unit: 'short',
      targets: [panel.range('sum(ike_aggressive_mode{%s})' % s)],
      steps: panel.noneIsGood,
    }),
    panel.stat({
      title: 'Post-quantum ready',
      text: 'Share of the audited targets that accept an ML-KEM key exchange.',
      scheduled: true,
      unit: 'percentunit',
      targets: [panel.range('avg(ike_post_quantum{%s})' % s)],
      color: { mode: 'fixed', fixedColor: 'blue' },
    }),
  ],

  local weak = [
    panel.timeseries({
      title: 'Weak algorithms over time',
      text: 'How many targets accept each weak or broken algorithm.',
      scheduled: true,
      unit: 'short',
      targets: [panel.range('count by (algorithm, kind) (count by (job, instance, target, algorithm, kind) (ike_weak_algorithm_info{%s}))' % s, '{{algorithm}} ({{kind}})')],
      legendMode: 'table',
      legendPlacement: 'right',
      legendCalcs: ['lastNotNull'],
      interpolation: 'stepAfter',
      h: 9,
      min: 0,
    }),
    panel.table({
      title: 'Who accepts what',
      text: 'Every weak or broken algorithm of every target.',
      scheduled: true,
      unit: 'string',
      targets: [panel.tableOf('ike_weak_algorithm_info{%s}' % s)],
      columns: [['target', 'Target'], ['ike_version', 'IKE version'], ['kind', 'Kind'], ['algorithm', 'Algorithm'], ['level', 'Level']],
      h: 9,
      sortBy: [{ displayName: 'Level', desc: false }],
    }),
    panel.timeseries({
      title: 'Changes',
      text: 'Algorithms that audits found newly accepted or newly refused. The first audit of a target does not count.',
      scheduled: true,
      unit: 'short',
      draw: 'bars',
      fill: 80,
      stack: true,
      targets: [panel.range(panel.gained('kind, change', 'ike_algorithm_changes_total{%s}' % s), '{{kind}} {{change}}')],
      min: 0,
      noValue: 'no change',
    }),
    panel.bargauge({
      title: 'Most weak algorithms',
      text: 'The targets that accept the most weak or broken algorithms.',
      scheduled: true,
      w: 12,
      unit: 'short',
      min: 0,
      targets: [panel.instant('sort_desc(topk(12, sum by (target) (ike_weak_algorithms{%s}))) > 0' % s, '{{target}}')],
      steps: panel.warnAbove(1),
    }),
  ],

  local strength = [
    panel.timeseries({
      title: 'Weakest group accepted, in bits',
      text: 'Targets and versions by the symmetric strength of the weakest Diffie-Hellman group that they accept.',
      scheduled: true,
      unit: 'short',
      stack: true,
      fill: 60,
      interpolation: 'stepAfter',
      targets: [panel.range('count_values("strength", ike_accepted_dh_group_strength_min{%s})' % s, '{{strength}} bits')],
      w: 8,
      min: 0,
    }),
    panel.timeseries({
      title: 'Group chosen, in bits',
      text: 'Targets and versions by the symmetric strength of the group that they chose for our offer.',
      unit: 'short',
      stack: true,
      fill: 60,
      interpolation: 'stepAfter',
      targets: [panel.range('count_values("strength", ike_dh_group_strength{%s})' % s, '{{strength}} bits')],
      w: 8,
      min: 0,
    }),
    panel.bargauge({
      title: 'Below the minimum',
      text: 'The weakest group that targets accept, where it is below the minimum strength.',
      scheduled: true,
      unit: 'none',
      min: 0,
      max: 128,
      targets: [panel.instant('sort(bottomk(12, ike_accepted_dh_group_strength_min{%s} < %g))' % [s, $._config.minimumStrength], '{{target}} IKEv{{ike_version}}')],
      steps: panel.goodAbove(100, $._config.minimumStrength),
      noValue: 'none',
    }),
  ],

  local policy = [
    panel.timeseries({
      title: 'Compliance',
      text: 'Share of the decided targets that violate nothing, by policy.',
      scheduled: true,
      unit: 'percentunit',
      min: 0,
      max: 1,
      interpolation: 'stepAfter',
      targets: [panel.range('avg by (policy) (ike_policy_compliant{%s})' % s, '{{policy}}')],
      w: 8,
    }),
    panel.table({
      title: 'Violations',
      text: 'Targets with findings against their policy.',
      scheduled: true,
      unit: 'short',
      targets: [panel.tableOf('sort_desc(ike_policy_violations{%s} > 0)' % s)],
      columns: [['target', 'Target'], ['policy', 'Policy']],
      value: 'Findings',
      w: 8,
    }),
    panel.table({
      title: 'Audits that are incomplete',
      text: 'Targets of which something is unknown that could have been settled: their counts are lower bounds.',
      scheduled: true,
      unit: 'string',
      targets: [panel.tableOf('ike_audit_complete{%s} == 0' % s)],
      noValue: 'none',
      columns: [['target', 'Target'], ['instance', 'Instance']],
      w: 8,
    }),
  ],

  local future = [
    panel.timeseries({
      title: 'Post-quantum readiness',
      text: 'Share of the audited targets that accept an ML-KEM key exchange (RFC 9370).',
      scheduled: true,
      unit: 'percentunit',
      min: 0,
      max: 1,
      interpolation: 'stepAfter',
      targets: [panel.range('avg(ike_post_quantum{%s})' % s, 'ML-KEM accepted')],
      w: 8,
    }),
    panel.table({
      title: 'Ready',
      text: 'Targets that accept an ML-KEM key exchange.',
      scheduled: true,
      unit: 'string',
      targets: [panel.tableOf('ike_post_quantum{%s} == 1' % s)],
      columns: [['target', 'Target'], ['instance', 'Instance']],
      w: 8,
    }),
    panel.timeseries({
      title: 'IKEv1 still negotiates',
      text: 'Targets that choose an IKEv1 proposal, and those that choose an IKEv2 one. IKEv1 is historic since RFC 9395.',
      unit: 'short',
      targets: [panel.range('sum by (ike_version) (ike_negotiated{%s})' % s, 'IKEv{{ike_version}}')],
      w: 8,
      interpolation: 'stepAfter',
      min: 0,
    }),
  ],

  grafanaDashboards+:: {
    'ike-posture.json': dashboard.dashboard($._config, {
      uid: 'ike-posture',
      title: 'IKE / Crypto posture',
      text: 'Weak algorithms, group strength, policy compliance and post-quantum readiness of all VPN gateways.',
      period: $._config.posturePeriod,
      annotations: dashboard.annotations(s),
      variables: dashboard.variables('ike_target_up') + [dashboard.filters],
      panels: counts
              + [panel.row('Weak algorithms')] + weak
              + [panel.row('Group strength')] + strength
              + [panel.row('Policy')] + policy
              + [panel.row('What comes next')] + future,
    }),
  },
}
