import { defineConfig } from "tsup";

export default defineConfig({ entry: { index: "src/index.ts", testing: "src/test-backend.ts" }, format: "esm", dts: true, clean: true, sourcemap: true, target: "node20" });
