import { defineConfig } from "tsup";

export default defineConfig({ entry: ["src/index.ts", "src/main.ts", "src/trial-process.ts", "src/agora-process.ts"], format: "esm", dts: { entry: "src/index.ts" }, clean: true, sourcemap: true, target: "node20" });
