// How well the gateway answers. Histogram and packet counters exist on /metrics only; /probe has the
// round-trip time of the one probe.
{
  local c = $._config,
  local lib = (import '../lib/alert.libsonnet')(c),
  local slow = {
    duration: c.slowFor,
    severity: 'warning',
    summary: 'A VPN gateway answers slowly.',
  },

  pathAlerts:: [
    lib.alert('IKESlowHandshake', slow {
      expr: |||
        histogram_quantile(0.95, rate(ike_rtt_seconds_bucket[%(slowWindow)s])) > %(slowSeconds)g
        and
        increase(ike_rtt_seconds_count[%(slowWindow)s]) >= %(slowSamples)g
      ||| % c,
      description: '{{ $labels.target }} needs {{ $value | humanizeDuration }} for the first IKEv{{ $labels.ike_version }} answer (95th percentile of %s).' % c.slowWindow,
    }),

    // Only while the probes as a whole still succeed: an outage is no packet loss, and a version that
    // is off loses every packet by design.
    lib.alert('IKEPacketLoss', {
      expr: |||
        1 - increase(ike_probe_packets_received_total[%(lossWindow)s])
          / (increase(ike_probe_packets_sent_total[%(lossWindow)s]) >= %(lossPackets)g)
        > %(lossRatio)g
        and
        avg_over_time(ike_up[%(lossWindow)s]) >= 0.8
      ||| % c,
      duration: c.lossFor,
      severity: 'warning',
      summary: 'Packets to or from a VPN gateway are lost.',
      description: '{{ $value | humanizePercentage }} of the IKEv{{ $labels.ike_version }} packets to {{ $labels.target }} got no answer in the last %s.' % c.lossWindow,
    }),
  ],

  pathProbeAlerts:: [
    lib.alert('IKESlowHandshake', slow {
      expr: |||
        avg_over_time(ike_last_rtt_seconds[%(slowWindow)s]) > %(slowSeconds)g
        and
        ike_up == 1
      ||| % c,
      description: '{{ $labels.target }} needs {{ $value | humanizeDuration }} for the first IKEv{{ $labels.ike_version }} answer (average of %s).' % c.slowWindow,
    }),
  ],
}
