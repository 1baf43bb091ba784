// Panels as Grafana stores them (schema of Grafana 10 and later). A panel is made by its kind's function
// from {title, text, unit, targets, ...}; `text` becomes the description, and `scheduled: true` adds
// that the panel needs targets which the exporter probes by itself (nothing of it is on /probe).
local datasource = { type: 'prometheus', uid: '${datasource}' };

// A click on a target's name opens its own dashboard. `name`: Grafana's variable that has it.
local endpoint(name) = {
  title: 'Show ${%s}' % name,
  url: '/d/ike-endpoint?var-target=${%s}&${datasource:queryparam}&${job:queryparam}&${instance:queryparam}&${__url_time_range}' % name,
  targetBlank: false,
  // Of no use to a data link, but the type that Grafana publishes has them.
  type: 'link',
  icon: '',
  tooltip: '',
  tags: [],
  asDropdown: false,
  includeVars: false,
  keepTime: false,
};
local namesTargets(spec) = std.length([t for t in spec.targets if std.length(std.findSubstr('{{target}}', std.get(t, 'legendFormat', ''))) > 0]) > 0;

local base(type, spec) = {
  type: type,
  title: spec.title,
  description: spec.text
               + (if std.get(spec, 'scheduled', false) then ' Scheduled probes only.' else ''),
  datasource: datasource,
  targets: spec.targets,
  gridPos: { h: spec.h, w: spec.w, x: 0, y: 0 },
  transformations: std.get(spec, 'transformations', []),
  fieldConfig: {
    defaults: {
      unit: spec.unit,
      color: std.get(spec, 'color', { mode: 'palette-classic' }),
      thresholds: { mode: 'absolute', steps: std.get(spec, 'steps', [{ color: 'green', value: null }]) },
      mappings: std.get(spec, 'mappings', []),
      custom: {},
      [if std.objectHas(spec, 'min') then 'min']: spec.min,
      [if std.objectHas(spec, 'max') then 'max']: spec.max,
      [if std.objectHas(spec, 'decimals') then 'decimals']: spec.decimals,
      [if std.objectHas(spec, 'noValue') then 'noValue']: spec.noValue,
      [if namesTargets(spec) then 'links']: [endpoint('__field.labels.target')],
    },
    overrides: std.get(spec, 'overrides', []),
  },
};

local legend(spec) = {
  displayMode: std.get(spec, 'legendMode', 'list'),
  placement: std.get(spec, 'legendPlacement', 'bottom'),
  showLegend: true,
  calcs: std.get(spec, 'legendCalcs', []),
};
local reduce = { calcs: ['lastNotNull'], fields: '', values: false };

{
  // How many of `all` there are that `which`: 0 only where something is known, so that a lost exporter is not green.
  countOf(all, which):: 'count(%s) or 0 * count(%s)' % [which, all],
  // What a counter gained from one point of the panel to the next. Windows of $__rate_interval overlap: their increases
  // count a change several times.
  gained(by, counter):: 'sum by (%s) (clamp_min(%s - %s offset $__interval, 0)) > 0' % [by, counter, counter],

  // Queries: over the range, at its end, and at its end as a table.
  range(expr, legend=''):: {
    datasource: datasource,
    expr: std.rstripChars(expr, '\n'),
    legendFormat: legend,
    range: true,
  },
  instant(expr, legend=''):: self.range(expr, legend) { range: false, instant: true },
  tableOf(expr):: self.instant(expr) { format: 'table' },
  heatmapOf(expr):: self.range(expr, '{{le}}') { format: 'heatmap' },

  row(title):: {
    type: 'row',
    title: title,
    collapsed: false,
    panels: [],
    gridPos: { h: 1, w: 24, x: 0, y: 0 },
  },

  stat(spec):: base('stat', { w: 4, h: 4, color: { mode: 'thresholds' } } + spec) {
    options: {
      graphMode: std.get(spec, 'graph', 'none'),
      colorMode: std.get(spec, 'colorMode', 'value'),
      justifyMode: 'auto',
      textMode: std.get(spec, 'textMode', 'auto'),
      wideLayout: true,
      showPercentChange: false,
      percentChangeColorMode: 'standard',
      orientation: 'auto',
      reduceOptions: reduce,
    },
  },

  timeseries(spec):: base('timeseries', { w: 12, h: 8 } + spec) {
    options: {
      legend: legend(spec),
      tooltip: { mode: 'multi', sort: 'desc' },
    },
    fieldConfig+: {
      defaults+: {
        custom: {
          drawStyle: std.get(spec, 'draw', 'line'),
          lineInterpolation: std.get(spec, 'interpolation', 'linear'),
          lineWidth: 1,
          fillOpacity: std.get(spec, 'fill', 10),
          gradientMode: 'none',
          showPoints: 'never',
          pointSize: 5,
          spanNulls: false,
          stacking: { mode: if std.get(spec, 'stack', false) then 'normal' else 'none', group: 'A' },
          axisPlacement: 'auto',
          thresholdsStyle: { mode: std.get(spec, 'thresholdsStyle', 'off') },
        },
      },
    },
  },

  bargauge(spec):: base('bargauge', { w: 8, h: 8, color: { mode: 'thresholds' } } + spec) {
    options: {
      displayMode: 'basic',
      valueMode: 'color',
      namePlacement: 'left',
      showUnfilled: true,
      sizing: 'auto',
      minVizWidth: 8,
      minVizHeight: 16,
      maxVizHeight: 300,
      orientation: 'horizontal',
      legend: legend({}) { showLegend: false },
      reduceOptions: reduce,
    },
  },

  stateTimeline(spec):: base('state-timeline', { w: 24, h: 6, color: { mode: 'thresholds' } } + spec) {
    options: {
      showValue: std.get(spec, 'showValue', 'never'),
      rowHeight: 0.85,
      mergeValues: true,
      alignValue: 'left',
      legend: legend(spec),
      tooltip: { mode: 'single', sort: 'none' },
      perPage: 20,
    },
    fieldConfig+: { defaults+: { custom: { lineWidth: 0, fillOpacity: 80 } } },
  },

  heatmap(spec):: base('heatmap', { w: 12, h: 8 } + spec) {
    options: {
      calculate: false,
      cellGap: 1,
      color: {
        mode: 'scheme',
        scheme: 'Blues',
        fill: 'dark-blue',
        scale: 'exponential',
        exponent: 0.5,
        steps: 64,
        reverse: false,
      },
      cellValues: { unit: 'short' },
      filterValues: { le: 1e-9 },
      rowsFrame: { layout: 'auto' },
      showValue: 'never',
      tooltip: { mode: 'single', yHistogram: true, showColorScale: false },
      yAxis: { unit: spec.unit, axisPlacement: 'left', reverse: false },
      legend: { show: true },
      exemplars: { color: 'rgba(255,0,255,0.7)' },
      selectionMode: 'x',
    },
    fieldConfig+: { defaults+: { custom: { scaleDistribution: { type: 'linear' } } } },
  },

  // `columns`: [[label, title], ...] in order; all other labels are hidden. `value`: the title of the
  // value's column, or null where it is always 1.
  table(spec):: base('table', { w: 12, h: 8, unit: 'string' } + spec + {
    local value = std.get(spec, 'value', null),
    local columns = spec.columns + (if value == null then [] else [['Value', value]]),
    transformations: [
      {
        id: 'filterFieldsByName',
        options: { include: { names: [column[0] for column in columns] } },
      },
      {
        id: 'organize',
        options: {
          excludeByName: {},
          indexByName: { [columns[i][0]]: i for i in std.range(0, std.length(columns) - 1) },
          renameByName: { [column[0]]: column[1] for column in columns },
        },
      },
    ],
    overrides: (if value == null then [] else [{
                  matcher: { id: 'byName', options: value },
                  properties: [
                    { id: 'unit', value: spec.unit },
                    { id: 'mappings', value: std.get(spec, 'valueMappings', []) },
                  ],
                }]) + [$.endpointLink, $.levelColours],
  }) {
    fieldConfig+: {
      defaults+: {
        unit: 'string',
        custom: { align: 'auto', cellOptions: { type: 'auto' }, inspect: false, filterable: true },
      },
    },
    options: {
      frameIndex: 0,
      showHeader: true,
      cellHeight: 'sm',
      footer: { show: false, reducer: ['count'], countRows: false },
      sortBy: std.get(spec, 'sortBy', []),
    },
  },

  endpointLink:: {
    matcher: { id: 'byName', options: 'Target' },
    properties: [{ id: 'links', value: [endpoint('__value.raw')] }],
  },
  levelColours:: {
    matcher: { id: 'byName', options: 'Level' },
    properties: [
      { id: 'custom.cellOptions', value: { type: 'color-text' } },
      { id: 'mappings', value: [{ type: 'value', options: {
        weak: { text: 'weak', color: 'orange', index: 0 },
        broken: { text: 'broken', color: 'red', index: 1 },
      } }] },
    ],
  },

  // Mappings and thresholds that several panels share.
  upDown:: [{ type: 'value', options: {
    '0': { text: 'down', color: 'red', index: 0 },
    '1': { text: 'up', color: 'green', index: 1 },
  } }],
  yesNo(yes, no):: [{ type: 'value', options: {
    '0': { text: 'no', color: no, index: 0 },
    '1': { text: 'yes', color: yes, index: 1 },
  } }],
  noneIsGood:: [{ color: 'green', value: null }, { color: 'red', value: 1 }],
  warnAbove(limit):: [{ color: 'green', value: null }, { color: 'orange', value: limit }],
  goodAbove(warn, good):: [
    { color: 'red', value: null },
    { color: 'orange', value: warn },
    { color: 'green', value: good },
  ],
}
