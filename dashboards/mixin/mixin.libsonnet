// The monitoring mixin of ike_exporter. `prometheusAlerts` are for targets that the exporter probes on
// its own schedule; `prometheusAlertsProbe` hold for gateways that are reached through /probe only (gauges of
// one probe, no counters, no histogram, no audits).
(import 'config.libsonnet')
+ (import 'alerts/reachability.libsonnet')
+ (import 'alerts/path.libsonnet')
+ (import 'alerts/posture.libsonnet')
+ (import 'alerts/exporter.libsonnet')
+ (import 'dashboards/fleet.libsonnet')
+ (import 'dashboards/endpoint.libsonnet')
+ (import 'dashboards/posture.libsonnet')
+ (import 'dashboards/exporter.libsonnet')
+ {
  local group(name, rules) = { name: name, rules: rules },

  prometheusAlerts+:: {
    groups+: [
      group('ike_reachability', $.reachabilityAlerts + [$.mostTargetsDown('job, instance')]),
      group('ike_path', $.pathAlerts),
      group('ike_posture', $.selectionAlerts + $.auditAlerts),
      group('ike_exporter', $.exporterAlerts + $.staleAlerts),
    ],
  },
  prometheusAlertsProbe+:: {
    groups+: [
      group('ike_reachability', $.reachabilityAlerts + [$.mostTargetsDown('job')]),
      group('ike_path', $.pathProbeAlerts),
      group('ike_posture', $.selectionAlerts),
      group('ike_exporter', $.exporterAlerts + $.probeScrapeAlerts),
    ],
  },
}
