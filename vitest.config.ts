import { defineConfig } from "vitest/config";

/** Tests resolve every `@bort/*` package to its source, so that they need no build. */
const conditions = ["@bort/source", "module", "node", "import", "default"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["packages/*/src/**/*.test.ts", "examples/*/src/**/*.test.ts", "tests/**/*.test.ts"],
    pool: "forks",
    testTimeout: 60_000,
  },
});
