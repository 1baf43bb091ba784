// Every threshold, selector and duration of the alerts and dashboards. Override any of them with
// `(import 'mixin.libsonnet') + { _config+:: { downFor: '10m' } }`.
{
  _config+:: {
    local c = self,
    // Matchers of the exporter's own scrape job (GET /metrics).
    exporterSelector: 'job="ike_exporter"',
    // Matchers of the multi-target scrape job (GET /probe).
    probeJob: 'ike_probe',
    probeSelector: 'job="%s"' % c.probeJob,

    // The links in a notification. By default they lead to the exporter that the alert is about, by the address that
    // Prometheus scrapes; where it is not known (alerts of a whole job, or of /probe, whose instance is the gateway)
    // to exporterAddress. With TLS, or behind a proxy, put the address that people use in exporterURL.
    exporterAddress: '127.0.0.1:10500',
    exporterURL: 'http://{{ if and $labels.instance (ne $labels.job "%s") }}{{ $labels.instance }}{{ else }}%s{{ end }}'
                 % [c.probeJob, c.exporterAddress],
    // The alert's name follows.
    runbookURLPrefix: c.exporterURL + '/runbooks/',
    // Grafana's address, such as 'https://grafana.example.com'. Without it a dashboard is a page of the exporter's.
    grafanaURL: '',

    // The labels that make one target, and those of one IKE version of it.
    targetLabels: ['job', 'instance', 'target'],

    // Reachability. `downFor` should be at least twice the longest probe interval.
    downFor: '3m',
    // A scrape that fails takes all gauges with it. An alert survives a gap that is shorter than this.
    keepFor: '2m',
    flapWindow: '30m',
    flapChanges: 6,  // changes of ike_target_up in flapWindow: three outages
    mostDownRatio: 0.5,
    mostDownAtLeast: 5,  // targets, below which half of them is no sign of a fault at our own end
    mostDownFor: '2m',
    silentFor: '10m',
    refusedFor: '10m',
    recently: '1d',  // how long "it answered before" is remembered

    // Quality of the path.
    slowSeconds: 0.5,
    slowWindow: '15m',
    slowSamples: 10,  // answered probes in slowWindow, below which a quantile says nothing
    slowFor: '15m',
    lossRatio: 0.05,
    lossWindow: '15m',
    lossPackets: 20,  // packets sent in lossWindow, below which one loss would be 5 %
    lossFor: '20m',
    cookieFor: '30m',

    // Crypto posture.
    regressionSeconds: 86400,  // how long a newly accepted algorithm is news
    minimumStrength: 112,  // bits; 112 is MODP-2048 (group 14)
    strengthFor: '15m',
    policyFor: '15m',
    aggressiveFor: '15m',
    suiteWindow: '1h',
    auditIncompleteFor: '1d',
    auditStaleSeconds: 86400,

    // The exporter itself.
    staleIntervals: 3,
    staleGraceSeconds: 60,
    staleFor: '10m',
    exporterDownFor: '5m',
    reloadFailedFor: '5m',
    lagSeconds: 5,
    lagWindow: '10m',
    lagFor: '15m',
    probeScrapeFor: '15m',

    // Dashboards.
    dashboardTags: ['ike', 'vpn'],
    dashboardRefresh: '1m',
    dashboardPeriod: 'now-6h',
    posturePeriod: 'now-7d',
  },
}
