// Does the gateway answer. Only gauges of the last probe: true for /metrics and for /probe.
{
  local c = $._config,
  local lib = (import '../lib/alert.libsonnet')(c),

  // The last known value: it bridges a scrape that failed, and ends with the first probe that says otherwise.
  // keep_firing_for would bridge a recovery as well, and call a gateway down that flaps.
  local known(gauge) = 'last_over_time(%s[%s])' % [gauge, c.keepFor],
  local gauges = {
    targetUp: known('ike_target_up'),
    up: known('ike_up'),
    negotiated: known('ike_negotiated'),
    cookieRequired: known('ike_responder_cookie_required'),
  },

  // `by`: what shares one way out to the network. Of /probe only the job is known.
  mostTargetsDown(by):: lib.alert('IKEMostTargetsDown', {
    expr: |||
      count by (%(by)s) (%(targetUp)s == 0) / count by (%(by)s) (%(targetUp)s) > %(mostDownRatio)g
      and
      count by (%(by)s) (%(targetUp)s) >= %(mostDownAtLeast)g
    ||| % (c + gauges { by: by }),
    duration: c.mostDownFor,
    page: 'fleet',
    severity: 'critical',
    summary: 'Most VPN gateways stopped answering at the same time.',
    description: "{{ $value | humanizePercentage }} of the gateways of job {{ $labels.job }} do not answer IKE: rather the prober's own network than all of them.",
  }),

  reachabilityAlerts:: [
    lib.alert('IKETargetDown', {
      expr: |||
        %(targetUp)s == 0
      ||| % gauges,
      duration: c.downFor,
      keep: false,
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
        %(up)s == 0
        and max_over_time(ike_up[%(recently)s]) == 1
        and on (%(target)s) %(targetUp)s == 1
      ||| % (c + gauges { target: lib.target }),
      duration: c.silentFor,
      keep: false,
      severity: 'warning',
      summary: 'One IKE version of a VPN gateway stopped answering while the other still does.',
      description: '{{ $labels.target }} answered IKEv{{ $labels.ike_version }} within the last %s and no longer does.' % c.recently + lib.reasons,
    }),

    lib.alert('IKENegotiationRefused', {
      expr: |||
        %(negotiated)s == 0
        and max_over_time(ike_negotiated[%(recently)s]) == 1
        and %(up)s == 1
      ||| % (c + gauges),
      duration: c.refusedFor,
      keep: false,
      severity: 'warning',
      summary: 'A VPN gateway answers IKE but no longer accepts any proposal.',
      description: '{{ $labels.target }} chose an IKEv{{ $labels.ike_version }} proposal within the last %s and now refuses all of them.' % c.recently + lib.reasons,
    }),

    lib.alert('IKEResponderUnderLoad', {
      expr: |||
        %(cookieRequired)s == 1
      ||| % gauges,
      duration: c.cookieFor,
      keep: false,
      severity: 'warning',
      summary: 'A VPN gateway demands cookies: it has too many half-open exchanges.',
      description: '{{ $labels.target }} has asked for a cookie before every IKEv{{ $labels.ike_version }} answer for %s.' % c.cookieFor,
    }),
  ],
}
