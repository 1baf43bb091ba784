// Compiles every dashboard as a value of the types in Grafana's foundation SDK: a property that Grafana
// does not know, a wrong type or a missing one is a compiler error. Options and custom field
// settings are checked by the type of their panel, queries as Prometheus queries.
// Run `npm install` here first; needs no network afterwards.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { report } from './compile.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const dashboards = process.argv[2] ?? path.join(here, '../../../dashboards');
const sdk = '@grafana/grafana-foundation-sdk';
const withCustomFields = ['timeseries', 'state-timeline', 'heatmap', 'table'];

// The SDK's types have enums where JSON has their values, and methods that JSON cannot have.
const header = `
import type { Dashboard } from '${sdk}/dashboard';
import type { Dataquery } from '${sdk}/prometheus';
import type * as stat from '${sdk}/stat';
import type * as timeseries from '${sdk}/timeseries';
import type * as bargauge from '${sdk}/bargauge';
import type * as state_timeline from '${sdk}/statetimeline';
import type * as heatmap from '${sdk}/heatmap';
import type * as table from '${sdk}/table';
import type { Plain } from './plain';
`;

function source(dashboard) {
  const values = [['Dashboard', dashboard]];
  for (const panel of dashboard.panels.filter((p) => p.type !== 'row')) {
    const module = panel.type.replace('-', '_');
    values.push([`${module}.Options`, panel.options]);
    if (withCustomFields.includes(panel.type)) {
      values.push([`${module}.FieldConfig`, panel.fieldConfig.defaults.custom]);
    }
    values.push(...panel.targets.map((target) => ['Dataquery', target]));
  }
  return header + values
    .map(([type, value], i) => `export const v${i}: Plain<${type}> = ${JSON.stringify(value, null, 1)};\n`)
    .join('');
}

const names = fs.readdirSync(dashboards).filter((name) => name.endsWith('.json'));
const files = new Map(names.map((name) => [
  path.join(here, name.replace('.json', '.ts')),
  source(JSON.parse(fs.readFileSync(path.join(dashboards, name), 'utf8'))),
]));
report(files, 'dashboards');
