// Does the gateway answer. Only gauges of the last probe: true for /metrics and for /probe.
{
  local c = $._config,
  local lib = (import '../lib/alert.libsonnet')(c),

  // `by`: what shares one way out to the network. Of /probe only the job is known.
  mostTargetsDown(by):: lib.alert('IKEMostTargetsDown', {
    expr: |||
      count by (%(by)s) (ike_target_up == 0) / count by (%(by)s) (ike_target_up) > %(mostDownRatio)g
      and
      count by (%(by)s) (ike_target_up) >= %(mostDownAtLeast)g
    ||| % (c { by: by }),
    duration: c.mostDownFor,
    keepFor: c.mostDownKeepFor,
    page: 'fleet',
    severity: 'critical',
    summary: 'Most VPN gateways stopped answering at the same time.',
    description: "{{ $value | humanizePercentage }} of the gateways of job {{ $labels.job }} do not answer IKE: rather the prober's own network than all of them.",
  }),

  reachabilityAlerts:: [
    lib.alert('IKETargetDown', {
      expr: |||
        ike_target_up == 0
      |||,
      duration: c.downFor,
      severity: 'critical',
      summary: 'A VPN gateway does not answer IKE.',
      description: '{{ $labels.target }} has not answered IKE for %s.' % c.downFor + lib.reasons,
    }),

    lib.alert('IKETargetFlapping', {
      expr: |||
        changes(ike_target_up[%(flapWindow)s]) >= %(flapChanges)g
      ||| % c,
      severity: 'warning',
      summary: 'A VPN gateway goes down and comes back again and again.',
      description: '{{ $labels.target }} changed between up and down {{ $value }} times in %s.' % c.flapWindow,
    }),

    // A version that has not answered within `recently` may rightly be off: silence of it is no fault.
    lib.alert('IKEVersionStoppedAnswering', {
      expr: |||
        ike_up == 0
        and max_over_time(ike_up[%(recently)s]) == 1
        and on (%(target)s) ike_target_up == 1
      ||| % (c { target: lib.target }),
      duration: c.silentFor,
      severity: 'warning',
      summary: 'One IKE version of a VPN gateway stopped answering while the other still does.',
      description: '{{ $labels.target }} answered IKEv{{ $labels.ike_version }} within the last %s and no longer does.' % c.recently + lib.reasons,
    }),

    lib.alert('IKENegotiationRefused', {
      expr: |||
        ike_negotiated == 0
        and max_over_time(ike_negotiated[%(recently)s]) == 1
        and ike_up == 1
      ||| % c,
      duration: c.refusedFor,
      severity: 'warning',
      summary: 'A VPN gateway answers IKE but no longer accepts any proposal.',
      description: '{{ $labels.target }} chose an IKEv{{ $labels.ike_version }} proposal within the last %s and now refuses all of them.' % c.recently + lib.reasons,
    }),

    lib.alert('IKEResponderUnderLoad', {
      expr: |||
        ike_responder_cookie_required == 1
      |||,
      duration: c.cookieFor,
      severity: 'warning',
      summary: 'A VPN gateway demands cookies: it has too many half-open exchanges.',
      description: '{{ $labels.target }} has asked for a cookie before every IKEv{{ $labels.ike_version }} answer for %s.' % c.cookieFor,
    }),
  ],
}
