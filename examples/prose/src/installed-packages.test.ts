import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { installedPackages } from "./installed-packages.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bort-packages-"));
});
afterAll(() => rm(folder, { recursive: true }));

it("lists packages by name, nested ones after their parent, without those of a platform or of the workspace", async () => {
  const manifests = {
    "b": {}, "b/node_modules/z": {}, "b/node_modules/a": {}, "Zeta": {}, "b-c": {}, "@s/n": {},
    "@s/native": { os: ["linux"] }, "@s/chip": { cpu: ["x64"] }, "@bort/data": {}, ".cache": {},
  };
  for (const [path, manifest] of Object.entries(manifests)) {
    await mkdir(join(folder, path), { recursive: true });
    await writeFile(join(folder, path, "package.json"), JSON.stringify(manifest));
  }
  await mkdir(join(folder, "empty"));
  await writeFile(join(folder, "file"), "");
  await writeFile(join(folder, "Zeta", "README.md"), "");
  const packages = await installedPackages(folder);
  expect(packages.map(({ path }) => path)).toEqual(["@s/n", "Zeta", "b", "b/node_modules/a", "b/node_modules/z", "b-c"]);
  expect(packages[1]).toEqual({ name: "Zeta", path: "Zeta", files: ["README.md", "package.json"] });
  await expect(installedPackages(join(folder, "none"))).rejects.toMatchObject({ code: "data/missing-path" });
});
