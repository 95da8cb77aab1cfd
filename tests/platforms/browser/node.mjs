// node node.mjs PYODIDE FOLDER SCRIPT PACKAGE...: run SCRIPT in Pyodide, with FOLDER as its /mounted.
// All wheels in FOLDER are unpacked first; PACKAGEs are Pyodide's own.
import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [pyodide, folder, script, ...packages] = process.argv.slice(2);
try {
  const { loadPyodide } = await import(pathToFileURL(resolve(pyodide, "pyodide.mjs")).href);
  const python = await loadPyodide({ indexURL: resolve(pyodide) });
  await python.loadPackage(packages, { messageCallback: () => {} });
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".whl"))) {
    python.unpackArchive(new Uint8Array(readFileSync(join(folder, name))), "wheel");
  }
  python.FS.mkdir("/mounted");
  python.FS.mount(python.FS.filesystems.NODEFS, { root: resolve(folder) }, "/mounted");
  python.runPython(readFileSync(script, "utf-8"));
} catch (error) {
  // Node itself would show a whole file of Pyodide's.
  console.error(error.message);
  process.exit(1);
}
