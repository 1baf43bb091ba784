// Prints every generated rule file: jsonnet -S -m DIR rules.jsonnet
local mixin = import 'mixin.libsonnet';
local yaml(value) =
  '# Generated from dashboards/mixin by dashboards/generate; change it there.\n'
  + std.manifestYamlDoc(value, indent_array_in_object=true, quote_keys=false)
  + '\n';
{
  'ike_alerts.yml': yaml(mixin.prometheusAlerts),
  'ike_alerts_probe.yml': yaml(mixin.prometheusAlertsProbe),
}
