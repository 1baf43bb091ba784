// Compiles texts as TypeScript, without writing anything: what their types do not allow is a problem.
import path from 'node:path';
import ts from 'typescript';

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

// Prints the problems of `files`, a map from absolute names to texts, and ends the program. `found`: how many problems
// other checks had.
export function report(files, noun, found = 0) {
  const problems = compile(files);
  for (const problem of problems) {
    const text = ts.flattenDiagnosticMessageText(problem.messageText, '\n');
    const at = problem.file?.getLineAndCharacterOfPosition(problem.start);
    const line = at && problem.file.text.split('\n')[at.line].trim();
    console.error(`${path.basename(problem.file?.fileName ?? '')}: ${line}: ${text}`);
  }
  const count = problems.length + found;
  console.log(`${files.size} ${noun}, ${count} schema problems`);
  process.exit(count > 0 || files.size === 0 ? 1 : 0);
}
