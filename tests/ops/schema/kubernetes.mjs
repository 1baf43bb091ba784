// Compiles the manifests on standard input (a JSON list of them) as values of Kubernetes' published types: a
// misspelt field, a wrong type or a missing one is a compiler error.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { report } from './compile.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));

function source(manifest) {
  const group = manifest.apiVersion === 'v1' ? 'core/v1' : manifest.apiVersion.replace('.k8s.io/', '/');
  return `import type { ${manifest.kind} } from 'kubernetes-types/${group}';
export const manifest: ${manifest.kind} = ${JSON.stringify(manifest, null, 1)};
`;
}

const manifests = JSON.parse(fs.readFileSync(0, 'utf8'));
report(new Map(manifests.map((m) => [path.join(here, `${m.kind}.ts`), source(m)])), 'manifests');
