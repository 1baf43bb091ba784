// Recording rules `level:metric:operations`: what is asked often and is dear to compute over a large
// fleet, and what is worth keeping longer than the raw series.
{
  local group(name, rules) = { name: name, rules: rules },
  local rule(record, expr) = { record: record, expr: expr },
  local quantile(q) = rule(
    'target:ike_rtt_seconds:p%g_rate5m' % (q * 100),
    'histogram_quantile(%g, rate(ike_rtt_seconds_bucket[5m]))\n' % q
  ),

  gaugeRules:: [
    rule('job:ike_target_up:count', 'count by (job) (ike_target_up)\n'),
    rule('job:ike_target_up:avg', 'avg by (job) (ike_target_up)\n'),
    rule('target:ike_target_up:avg1h', 'avg_over_time(ike_target_up[1h])\n'),
    rule('job_implementation:ike_responder_info:count', 'count by (job, ike_version, implementation) (ike_responder_info)\n'),
    rule('job_group:ike_dh_group:count', 'count by (job, ike_version, dh_group) (ike_selected_info)\n'),
  ],

  auditRules:: [
    rule('job_algorithm:ike_weak_algorithm_info:count', 'count by (job, ike_version, kind, algorithm, level) (ike_weak_algorithm_info)\n'),
    rule('job_policy:ike_policy_compliant:avg', 'avg by (job, policy) (ike_policy_compliant)\n'),
    rule('job:ike_post_quantum:avg', 'avg by (job) (ike_post_quantum)\n'),
    rule('job_strength:ike_accepted_dh_group_strength_min:count', 'count_values by (job) ("strength", ike_accepted_dh_group_strength_min)\n'),
  ],

  pathRules:: [
    quantile(0.5),
    quantile(0.95),
    quantile(0.99),
    rule('target:ike_probe_packets_lost:ratio_rate5m', |||
      1 - rate(ike_probe_packets_received_total[5m]) / (rate(ike_probe_packets_sent_total[5m]) > 0)
    |||),
    rule('target:ike_probe_failures:rate5m', |||
      sum without (reason) (rate(ike_probe_failures_total[5m]))
    |||),
  ],

  recordingRules:: {
    groups: [
      group('ike_gauges.rules', $.gaugeRules),
      group('ike_audit.rules', $.auditRules),
      group('ike_path.rules', $.pathRules),
    ],
  },
  recordingRulesProbe:: { groups: [group('ike_gauges.rules', $.gaugeRules)] },
}
