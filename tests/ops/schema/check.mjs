// Compiles every dashboard as a value of the types in Grafana's foundation SDK: a property that Grafana
// does not know, a wrong type or a missing one is a compiler error. Options and custom field
// settings are checked by the type of their panel, queries as Prometheus queries.
// Run `npm install` here first; needs no network afterwards.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

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
type Plain<T> =
  T extends string ? \`\${T}\`
  : T extends number ? (\`\${T}\` extends \`\${infer N extends number}\` ? N : number)
  : T extends readonly (infer U)[] ? Plain<U>[]
  : T extends object ? { [K in keyof T as T[K] extends (...args: never[]) => unknown ? never : K]: Plain<T[K]> }
  : T;
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

function compile(files) {
  const host = ts.createCompilerHost({});
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.getSourceFile = (name, ...rest) => files.has(name)
    ? ts.createSourceFile(name, files.get(name), ts.ScriptTarget.ES2022)
    : getSourceFile(name, ...rest);
  const program = ts.createProgram([...files.keys()], {
    strict: true, noEmit: true, skipLibCheck: true, types: [],
    target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler,
  }, host);
  return ts.getPreEmitDiagnostics(program);
}

const names = fs.readdirSync(dashboards).filter((name) => name.endsWith('.json'));
const files = new Map(names.map((name) => [
  path.join(here, name.replace('.json', '.ts')),
  source(JSON.parse(fs.readFileSync(path.join(dashboards, name), 'utf8'))),
]));
const problems = compile(files);
for (const problem of problems) {
  const text = ts.flattenDiagnosticMessageText(problem.messageText, '\n');
  const at = problem.file?.getLineAndCharacterOfPosition(problem.start);
  const line = at && problem.file.text.split('\n')[at.line].trim();
  console.error(`${path.basename(problem.file?.fileName ?? '')}: ${line}: ${text}`);
}
console.log(`${names.length} dashboards, ${problems.length} schema problems`);
process.exit(problems.length > 0 || names.length === 0 ? 1 : 0);
