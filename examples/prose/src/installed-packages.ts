import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "@bort/data";

/** A package in a `node_modules` folder. */
export interface InstalledPackage {
  readonly name: string;
  /** Below the top `node_modules`, with `/`: `nx/node_modules/minimatch`. */
  readonly path: string;
  /** The names in its folder, by code unit. */
  readonly files: readonly string[];
}

/**
 * The packages below a `node_modules` folder, nested ones included, in the order of their names (by code unit), each before those nested in it.
 * A lock file gives one list: packages for some platforms only (`os` or `cpu` in the manifest) and those of this workspace are left out.
 * Throws `data/missing-path` where there is no such folder.
 */
export async function installedPackages(nodeModules: string, below: string = ""): Promise<InstalledPackage[]> {
  const folders = (await namesIn(join(nodeModules, below))).filter((name) => !name.startsWith("."));
  const names = await Promise.all(folders.map(async (name) =>
    name.startsWith("@") ? (await namesIn(join(nodeModules, below, name))).map((each) => `${name}/${each}`) : [name]));
  const own = names.flat().filter((name) => !name.startsWith("@bort/")).sort();
  return (await Promise.all(own.map((name) => packageAt(nodeModules, name, `${below}${name}`)))).flat();
}

/** The package in a folder and those nested in it; none where there is no `package.json` or the package is for some platforms only. */
async function packageAt(nodeModules: string, name: string, path: string): Promise<InstalledPackage[]> {
  const files = await readdir(join(nodeModules, path)).catch((): string[] => []); // A file beside the packages is none.
  if (!files.includes("package.json")) return [];
  const manifest = JSON.parse(await readFile(join(nodeModules, path, "package.json"), "utf8")) as { os?: unknown; cpu?: unknown };
  if (manifest.os !== undefined || manifest.cpu !== undefined) return [];
  const nested = files.includes("node_modules") ? await installedPackages(nodeModules, `${path}/node_modules/`) : [];
  return [{ name, path, files: files.sort() }, ...nested];
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((cause: unknown) => {
    const message = `data: ${folder} is not a folder that can be read; install the workspace's packages with npm ci`;
    throw new DataError("data/missing-path", message, { cause });
  });
}
