// What the gateway accepts. `selectionAlerts` look at the suite of the last probe and hold for /probe
// too; `auditAlerts` need the scheduled audits.
{
  local c = $._config,
  local lib = (import '../lib/alert.libsonnet')(c),
  local text = c { target: lib.target, version: lib.version },

  // ike_algorithm_changes_total starts at 0 and leaves the first audit out, so a target that is new, or
  // whose state was lost, changes nothing. A comparison by `offset` would call all of it new. The
  // row must be younger than the window too: beside an old weak algorithm a strong one may be new.
  local newlyAccepted(level) = |||
    ike_weak_algorithm_info{level="%(level)s"}
    and on (%(version)s, kind)
      increase(ike_algorithm_changes_total{change="accepted"}[%(regressionWindow)s]) > 0
    unless on (%(version)s, kind, algorithm)
      count_over_time(ike_weak_algorithm_info{level="%(level)s"}[%(regressionWindow)s])
      >= on (%(version)s, kind) group_left ()
      max by (%(version)s, kind) (
        count_over_time(ike_algorithm_changes_total{change="accepted"}[%(regressionWindow)s])
      )
  ||| % (text { level: level }),

  selectionAlerts:: [
    lib.alert('IKESelectedGroupWeak', {
      expr: |||
        ike_dh_group_strength < %(minimumStrength)g
      ||| % c,
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
      severity: 'critical',
      summary: 'A VPN gateway newly accepts a broken algorithm.',
      description: '{{ $labels.target }} newly accepts {{ $labels.algorithm }} ({{ $labels.kind }}) in IKEv{{ $labels.ike_version }}, which it refused before.',
    }),

    lib.alert('IKEWeakAlgorithmAccepted', {
      expr: newlyAccepted('weak'),
      severity: 'warning',
      summary: 'A VPN gateway newly accepts a weak algorithm.',
      description: '{{ $labels.target }} newly accepts {{ $labels.algorithm }} ({{ $labels.kind }}) in IKEv{{ $labels.ike_version }}, which it refused before.',
    }),

    lib.alert('IKEAcceptedGroupWeak', {
      expr: |||
        ike_accepted_dh_group_strength_min < %(minimumStrength)g
      ||| % c,
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
      |||,
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
