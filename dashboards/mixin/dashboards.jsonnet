// Prints every dashboard: jsonnet -m DIR dashboards.jsonnet
(import 'mixin.libsonnet').grafanaDashboards
