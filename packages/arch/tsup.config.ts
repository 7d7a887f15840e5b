import { defineConfig } from "tsup";

/** Files of `src` that tests alone import. */
const forTests = ["*.test", "browser-facts", "check-receipt", "random-arch"].map((name) => `!src/**/${name}.ts`);

/** One module a file, so that a bundler takes the files that are used and leaves the rest: `check-bundle.mjs` sees to it. */
export default defineConfig({
  entry: ["src/**/*.ts", ...forTests],
  bundle: false,
  format: "esm",
  dts: { entry: "src/index.ts", compilerOptions: { isolatedDeclarations: false } }, // The names of the presets are inferred from their tables.
  clean: true,
  sourcemap: true,
  target: "node20",
});
