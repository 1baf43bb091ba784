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

{
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
    annotations: { list: [] },
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
