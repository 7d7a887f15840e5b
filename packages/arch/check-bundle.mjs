/**
 * The last step of the build: bundles `dist` for a browser, prints what it weighs, and fails where it imports what is not its own, holds
 * modules that nothing imports, where bundlers cannot leave out what is not used, or where the calculators have grown too heavy.
 */
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** The calculators, and what describes a network to them. */
const calculators = [
  "parameterCount", "flops", "memoryBytes", "unitCosts", "betas", "formatReceipt", "uniformArch", "schubertArch", "superShaperArch",
];
/** Bytes that the calculators' bundle stays below, minified and gzipped. */
const limit = 12_000;
/** What the calculators do without. */
const apart = ["design-space", "hf-config", "presets"];

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, "dist");

const problems = [...await check()];
for (const problem of problems) process.stderr.write(`arch: ${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;

async function check() {
  const whole = await bundled('export * from "./dist/index.js"', { packages: "external" });
  if (whole.foreign.length > 0) return [`dist must import nothing but its own modules, it imports ${whole.foreign.join(", ")}`];
  const small = await bundled(`export { ${calculators.join(", ")} } from "@bort/arch"`);
  process.stdout.write(`calculators: ${weightOf(small)} (limit ${bytes(limit)}); whole package: ${weightOf(whole)}\n`);
  return [...strayModules(whole), ...notLeftOut(small, whole), ...tooHeavy(small)];
}

/** A bundle of `source`, minified, with the modules of `dist` that it reads and uses, and what it imports from outside. */
async function bundled(source, options = {}) {
  const { metafile, outputFiles } = await build({
    stdin: { contents: source, resolveDir: root },
    bundle: true, minify: true, format: "esm", platform: "browser", write: false, outfile: "bundle.js", metafile: true, absWorkingDir: root, ...options,
  });
  const { inputs, imports } = Object.values(metafile.outputs)[0];
  return {
    minified: outputFiles[0].contents.length,
    gzipped: gzipSync(outputFiles[0].contents, { level: 9 }).length,
    read: Object.keys(metafile.inputs).filter(isOwn),
    used: Object.keys(inputs).filter((path) => isOwn(path) && inputs[path].bytesInOutput > 0),
    foreign: [...imports.map(({ path }) => path), ...Object.keys(inputs).filter((path) => path !== "<stdin>" && !isOwn(path))],
  };
}

function isOwn(path) {
  return path.startsWith("dist/");
}

/** Modules that are shipped although nothing reaches them, as files for tests would be. */
function strayModules({ read }) {
  const shipped = readdirSync(dist, { recursive: true }).filter((path) => path.endsWith(".js")).map((path) => `dist/${path.replaceAll("\\", "/")}`);
  const stray = shipped.filter((path) => !read.includes(path));
  return stray.length === 0 ? [] : [`dist holds ${stray.join(", ")}, which index.js does not import; leave them out in tsup.config.ts`];
}

/** Where tree shaking fails: modules that the calculators do not use and their bundle has. */
function notLeftOut({ used }, whole) {
  return apart.flatMap((part) => {
    const belongs = (path) => path.startsWith(`dist/${part}/`) || path === `dist/${part}.js`;
    if (!whole.used.some(belongs)) return [`check-bundle.mjs looks for ${part}, which the whole package has no more; correct it`];
    return used.some(belongs) ? [`the calculators' bundle must do without ${part}, it has ${used.filter(belongs).join(", ")}`] : [];
  });
}

function tooHeavy({ gzipped }) {
  return gzipped < limit ? [] : [`the calculators must stay below ${bytes(limit)} gzipped, they have ${bytes(gzipped)}; npx esbuild --analyze says of what`];
}

function weightOf({ minified, gzipped }) {
  return `${bytes(gzipped)} gzipped, ${bytes(minified)} minified`;
}

function bytes(count) {
  return `${count.toLocaleString("en")} bytes`;
}
