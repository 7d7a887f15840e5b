import { readdirSync, readFileSync } from "node:fs";
import tseslint from "typescript-eslint";

/** Imports go downward only: a package may import those of a lower layer (the `layer:N` tag in its package.json). */
const packages = readdirSync("packages").map((folder) => {
  const { name, nx } = JSON.parse(readFileSync(`packages/${folder}/package.json`, "utf8"));
  return { folder, name, layer: Number(nx.tags.find((tag) => tag.startsWith("layer:")).slice("layer:".length)) };
});
const algorithms = 2;
const boundaries = packages.map(({ folder, name, layer }) => ({
  files: [`packages/${folder}/src/**/*.ts`],
  ignores: ["**/*.test.ts"],
  rules: {
    "no-restricted-imports": ["error", {
      patterns: [
        ...packages.filter((other) => other.layer >= layer && other.name !== name)
          .map((other) => ({ regex: `^${other.name}(/|$)`, message: `${name} is in layer ${layer} and may import lower layers only; ${other.name} is in layer ${other.layer}.` })),
        ...(layer === algorithms && folder !== "backend" ? [{ regex: "^@bort/backend-", message: "An algorithm takes its backend as an argument." }] : []),
        { regex: "^(\\.\\./)+[^/]+/src/", message: "Import another package by its name." },
      ],
    }],
  },
}));

export default tseslint.config(
  { ignores: ["**/dist/**", "**/node_modules/**", ".nx/**", "demo-out/**", "runs/**", "tests/.examples/**"] },
  ...tseslint.configs.recommended,
  {
    rules: {
      "no-restricted-properties": ["error", { object: "Math", property: "random", message: "Every random act takes a seed." }],
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-empty-object-type": "off",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      eqeqeq: "error",
      "prefer-const": "error",
      "no-console": "error",
    },
  },
  {
    // Code for a browser: no Node.
    files: ["packages/arch/src/**/*.ts", "packages/graph/src/**/*.ts"],
    ignores: ["**/*.test.ts"],
    rules: { "no-restricted-syntax": ["error", { selector: "ImportDeclaration[source.value=/^node:/]", message: "This package runs in a browser." }] },
  },
  ...boundaries,
);
