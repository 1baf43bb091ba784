// A dashboard from rows of panels: places the panels from left to right on Grafana's 24 columns, numbers
// them, names their queries A, B, ..., and adds the variables that all dashboards share.
local datasource = { type: 'prometheus', uid: '${datasource}' };

// Panels of one row of the dashboard flow like words: a panel that does not fit starts a new line.
local place(panels) =
  local step(state, panel) =
    local breaks = state.x + panel.gridPos.w > 24;
    local x = if breaks then 0 else state.x;
    local y = if breaks then state.y + state.height else state.y;
    local height = if breaks then panel.gridPos.h else std.max(state.height, panel.gridPos.h);
    {
      x: x + panel.gridPos.w,
      y: y,
      height: height,
      done: state.done + [panel { id: std.length(state.done) + 1, gridPos+: { x: x, y: y } }],
    };
  std.foldl(step, panels, { x: 0, y: 0, height: 0, done: [] }).done;

local nameQueries(panel) = panel {
  [if std.objectHas(panel, 'targets') then 'targets']:
    std.mapWithIndex(function(i, t) t { refId: std.char(std.codepoint('A') + i) }, panel.targets),
};

local query(name, label, expr, multi) = {
  type: 'query',
  name: name,
  label: label,
  datasource: datasource,
  query: expr,
  definition: expr,
  refresh: 2,
  sort: 1,
  multi: multi,
  includeAll: multi,
  hide: 0,
  [if multi then 'allValue']: '.+',
  [if multi then 'current']: { selected: true, text: ['All'], value: ['$__all'] },
};

local note(name, colour, expr, title, text) = {
  datasource: datasource,
  enable: true,
  hide: false,
  name: name,
  iconColor: colour,
  expr: expr,
  titleFormat: title,
  textFormat: text,
  useValueForTime: false,
};

{
  // What happened, drawn over every panel. `s` selects series of targets.
  annotations(s):: [
    note('Alerts', 'red', 'ALERTS{%s, alertname=~"IKE.+", alertstate="firing"}' % self.alertsOf(s), '{{alertname}}', '{{target}} {{instance}}'),
    note('Suite changes', 'blue', 'count by (job, instance, target, ike_version) (last_over_time(ike_selected_info{%s}[$__rate_interval])) > 1' % s, 'another suite', '{{target}} IKEv{{ike_version}}'),
    note('Algorithm changes', 'orange', 'increase(ike_algorithm_changes_total{%s}[$__rate_interval]) > 0' % s, '{{change}}: {{kind}}', '{{target}} IKEv{{ike_version}}'),
    note('Reloads', 'purple', 'changes(ike_exporter_config_last_reload_success_timestamp_seconds{job=~"$job", instance=~"$instance"}[$__rate_interval]) > 0', 'configuration loaded', '{{instance}}'),
  ],
  // An alert about a whole job has no instance.
  alertsOf(s):: std.strReplace(s, 'instance=~"$instance"', 'instance=~"$instance|"'),

  // `metric`: one that every scrape of this dashboard's kind has; it feeds the variables.
  variables(metric):: [
    {
      type: 'datasource',
      name: 'datasource',
      label: 'Data source',
      query: 'prometheus',
      refresh: 1,
      multi: false,
      includeAll: false,
      hide: 0,
    },
    query('job', 'Job', 'label_values(%s, job)' % metric, true),
    query('instance', 'Instance', 'label_values(%s{job=~"$job"}, instance)' % metric, true),
  ],
  // One target at a time.
  targetVariable:: query('target', 'Target', 'label_values(ike_target_up{job=~"$job", instance=~"$instance"}, target)', false),
  // Any label of the operator's own (site, tenant) as a filter.
  filters:: { type: 'adhoc', name: 'filters', label: 'Filters', datasource: datasource, hide: 0 },

  dashboard(config, spec):: {
    uid: spec.uid,
    title: spec.title,
    description: spec.text,
    tags: config.dashboardTags,
    editable: false,
    graphTooltip: 1,
    refresh: config.dashboardRefresh,
    schemaVersion: 39,
    timezone: 'browser',
    time: { from: spec.period, to: 'now' },
    timepicker: {},
    fiscalYearStartMonth: 0,
    weekStart: '',
    annotations: { list: spec.annotations },
    links: [{
      type: 'dashboards',
      title: 'IKE',
      icon: 'external link',
      tooltip: '',
      url: '',
      tags: config.dashboardTags,
      asDropdown: true,
      targetBlank: false,
      includeVars: true,
      keepTime: true,
    }],
    templating: { list: spec.variables },
    panels: place(std.map(nameQueries, spec.panels)),
  },
}
