// Checks the manifests on standard input (a JSON list of them) by Kubernetes' and the Prometheus operator's published
// schemas: values by the schemas, and by their types that there is no field that they do not know.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { report } from './compile.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));

function moduleOf({ apiVersion, kind }) {
  const models = apiVersion.startsWith('monitoring.') ? '@kubernetes-models/prometheus-operator' : 'kubernetes-models';
  return `${models}/${apiVersion}/${kind}`;
}

function source(manifest) {
  return `import type { I${manifest.kind} } from '${moduleOf(manifest)}';
export const manifest: I${manifest.kind} = ${JSON.stringify(manifest, null, 1)};
`;
}

// What a schema finds, as one line a manifest.
async function problemsOf(manifest) {
  const { [manifest.kind]: Model } = await import(moduleOf(manifest));
  try {
    new Model(manifest).validate();
    return [];
  } catch (error) {
    return [`${manifest.kind} ${manifest.metadata.name}: ${error.message}`];
  }
}

const manifests = JSON.parse(fs.readFileSync(0, 'utf8'));
const problems = (await Promise.all(manifests.map(problemsOf))).flat();
for (const problem of problems) console.error(problem);
report(new Map(manifests.map((m, i) => [path.join(here, `${i}_${m.kind}.ts`), source(m)])), 'manifests', problems.length);
