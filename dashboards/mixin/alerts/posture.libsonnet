// What the gateway accepts. What its own policy allows is no alert. `selectionAlerts` look at the suite of the last probe and hold for /probe
// too; `auditAlerts` need the scheduled audits.
{
  local c = $._config,
  local lib = (import '../lib/alert.libsonnet')(c),
  local text = c { target: lib.target, version: lib.version },

  // The exporter knows when an audit first found what an earlier one had found refused; 0 is an algorithm that the
  // first audit found already. PromQL cannot tell the two apart over gaps, restarts and lost state.
  local newlyAccepted(level) = |||
    time() - (ike_weak_algorithm_since_timestamp_seconds{level="%(level)s"} > 0) < %(regressionSeconds)g
  ||| % (c { level: level }),

  // What `metric` says and the policy of the target allows: it has no finding, or none of this kind. Without audits,
  // and on /probe, nothing is known of that.
  local unlessAllowed(metric, kind) = |||
    unless on (%(target)s) ike_policy_compliant == 1
    unless on (%(version)s) (
      %(metric)s and on (%(target)s) ike_policy_violation_info
      unless on (%(version)s) ike_policy_violation_info{kind="%(kind)s"}
    )
  ||| % (text { metric: metric, kind: kind }),

  selectionAlerts:: [
    lib.alert('IKESelectedGroupWeak', {
      expr: |||
        ike_dh_group_strength < %(minimumStrength)g
      ||| % c + unlessAllowed('ike_dh_group_strength', 'dh'),
      duration: c.strengthFor,
      severity: 'warning',
      summary: 'A VPN gateway chose a Diffie-Hellman group below the minimum strength.',
      description: '{{ $labels.target }} chose an IKEv{{ $labels.ike_version }} group of {{ $value }} bits; %(minimumStrength)g are the minimum.' % c,
    }),

    lib.alert('IKESuiteChanged', {
      expr: |||
        count without (encryption, integrity, prf, hash, authentication, dh_group, additional_ke) (
          last_over_time(ike_selected_info[%(suiteWindow)s])
        ) > 1
      ||| % c,
      severity: 'info',
      summary: 'A VPN gateway chooses another cipher suite than before.',
      description: '{{ $labels.target }} chose {{ $value }} different IKEv{{ $labels.ike_version }} suites within %(suiteWindow)s.' % c,
    }),
  ],

  auditAlerts:: [
    lib.alert('IKEBrokenAlgorithmAccepted', {
      expr: newlyAccepted('broken'),
      keep: true,
      severity: 'critical',
      summary: 'A VPN gateway newly accepts a broken algorithm.',
      description: '{{ $labels.target }} newly accepts {{ $labels.algorithm }} ({{ $labels.kind }}) in IKEv{{ $labels.ike_version }}, which it refused before.',
    }),

    lib.alert('IKEWeakAlgorithmAccepted', {
      expr: newlyAccepted('weak'),
      keep: true,
      severity: 'warning',
      summary: 'A VPN gateway newly accepts a weak algorithm.',
      description: '{{ $labels.target }} newly accepts {{ $labels.algorithm }} ({{ $labels.kind }}) in IKEv{{ $labels.ike_version }}, which it refused before.',
    }),

    lib.alert('IKEAcceptedGroupWeak', {
      expr: |||
        ike_accepted_dh_group_strength_min < %(minimumStrength)g
      ||| % c + unlessAllowed('ike_accepted_dh_group_strength_min', 'dh'),
      duration: c.strengthFor,
      severity: 'warning',
      summary: 'A VPN gateway accepts a Diffie-Hellman group below the minimum strength.',
      description: '{{ $labels.target }} accepts an IKEv{{ $labels.ike_version }} group of {{ $value }} bits; %(minimumStrength)g are the minimum.' % c,
    }),

    lib.alert('IKEPolicyNotCompliant', {
      expr: |||
        ike_policy_compliant == 0
      |||,
      duration: c.policyFor,
      severity: 'warning',
      summary: 'A VPN gateway accepts what its policy forbids.',
      description: '{{ $labels.target }} violates the policy {{ $labels.policy }}'
                   + '{{ range query (printf "ike_policy_violations{job=%q,instance=%q,target=%q}" $labels.job $labels.instance $labels.target) }} in {{ .Value }} findings{{ end }}.',
    }),

    lib.alert('IKEAggressiveMode', {
      expr: |||
        ike_aggressive_mode == 1
      ||| + unlessAllowed('ike_aggressive_mode', 'mode'),
      duration: c.aggressiveFor,
      severity: 'warning',
      summary: 'A VPN gateway answers IKEv1 Aggressive Mode.',
      description: '{{ $labels.target }} answers IKEv1 Aggressive Mode: with a pre-shared key its answer can be attacked offline.',
    }),

    lib.alert('IKEAuditIncomplete', {
      expr: |||
        ike_audit_complete == 0
      |||,
      duration: c.auditIncompleteFor,
      severity: 'warning',
      summary: 'The audits of a VPN gateway have been incomplete for long.',
      description: 'No audit of {{ $labels.target }} was complete for %(auditIncompleteFor)s: what it accepts is known only in part.' % c,
    }),

    lib.alert('IKEAuditStale', {
      expr: |||
        time() - (ike_audit_last_run_timestamp_seconds > 0) > %(auditStaleSeconds)g
      ||| % c,
      severity: 'warning',
      summary: 'A VPN gateway was not audited for long.',
      description: 'The last audit of {{ $labels.target }} was {{ $value | humanizeDuration }} ago.',
    }),
  ],
}
