import { basename } from "node:path";
import { NativeError, textOf } from "../native-error.js";
import { blasLibraries, installAdvice, threadSetters, threadVariables } from "./blas-libraries.js";
import { checkBlas } from "./check-blas.js";
import { type Koffi, type KoffiLibrary, loadKoffi } from "./koffi.js";
import { betterCore, processorFeatures } from "./openblas-core.js";

/** Everything a thread needs to bind the library: plain data. */
export interface BlasBinding {
  readonly koffiPath: string;
  /** The library's path or name. */
  readonly library: string;
  /** The types of the parameters of `cblas_sgemm`; matrices are addresses as JavaScript numbers, the fastest way through koffi. */
  readonly signature: readonly string[];
  /** Functions to call with 1 in every thread that computes, so that a product runs on that thread alone. */
  readonly threadSetters: readonly string[];
}

export interface Blas {
  readonly binding: BlasBinding;
  /** Name, version and configuration, for people. */
  readonly description: string;
}

const signature = [
  "int", "int", "int", // order, transpose a, transpose b
  "int", "int", "int", // m, n, k
  "float", "uintptr_t", "int", "uintptr_t", "int", // alpha, a, its leading dimension, b, its leading dimension
  "float", "uintptr_t", "int", // beta, c, its leading dimension
];

/** Libraries that are in use are never unloaded: threads of theirs may be running. */
const loaded = new Map<string, { readonly blas: Blas; readonly library: KoffiLibrary }>();

/**
 * Finds the system's BLAS, binds it, and checks a few products against known results.
 *
 * The environment variable `BORT_BLAS`, a path or a name, takes precedence. Otherwise: OpenBLAS, MKL, BLIS, any CBLAS on Linux;
 * Accelerate on macOS; OpenBLAS, MKL on Windows.
 *
 * @throws NativeError `backend-native/no-koffi`, `backend-native/no-blas`, and `backend-native/bad-blas` where `BORT_BLAS` cannot be used
 */
export function findBlas(): Blas {
  const { koffi, path } = loadKoffi();
  const wanted = process.env["BORT_BLAS"];
  if (wanted !== undefined && wanted !== "") {
    try {
      return bind(koffi, path, wanted);
    } catch (cause) {
      throw new NativeError("backend-native/bad-blas", `backend-native: BORT_BLAS=${wanted} cannot be used: ${textOf(cause)}; unset it, or name a CBLAS library`, { cause });
    }
  }
  const names = blasLibraries[process.platform] ?? [];
  const failures: string[] = [];
  for (const name of names) {
    try {
      return bind(koffi, path, name);
    } catch (cause) {
      failures.push(`${name}: ${textOf(cause)}`);
    }
  }
  const advice = installAdvice[process.platform] ?? "install one";
  const message = `backend-native: no BLAS among ${names.join(", ")}; ${advice}, or set BORT_BLAS to its path`;
  throw new NativeError("backend-native/no-blas", message, { cause: new Error(failures.join("\n")) });
}

/** The BLAS in use, its version and configuration on one line, for a benchmark's record. @throws NativeError as `findBlas` */
export const describeBlas = (): string => findBlas().description;

function bind(koffi: Koffi, koffiPath: string, name: string): Blas {
  const known = loaded.get(name);
  if (known !== undefined) return known.blas;
  const library = withOneThread(() => loadForProcessor(koffi, name));
  const setters = threadSetters.filter((setter) => has(library, setter));
  for (const setter of setters) library.func(setter, "void", ["int"])(1);
  const sgemm = library.func("cblas_sgemm", "void", signature);
  withOneThread(() => checkBlas(sgemm, (array) => Number(koffi.address(array))));
  const blas: Blas = { binding: { koffiPath, library: name, signature, threadSetters: setters }, description: describe(library, name) };
  loaded.set(name, { blas, library });
  return blas;
}

/** Loads a library; an OpenBLAS that takes the processor for an old one is loaded once more and told better, unless `OPENBLAS_CORETYPE` tells it. */
function loadForProcessor(koffi: Koffi, name: string): KoffiLibrary {
  const library = koffi.load(name);
  if ((process.env["OPENBLAS_CORETYPE"] ?? "") !== "" || !has(library, "openblas_get_corename")) return library;
  const core = betterCore(String(library.func("openblas_get_corename", "str", [])()), processorFeatures());
  if (core === undefined) return library;
  library.unload();
  return withEnvironment({ OPENBLAS_CORETYPE: core }, () => koffi.load(name));
}

/** Runs `load` with the variables that keep a library from starting threads; they are as before afterwards. */
const withOneThread = <T>(load: () => T): T => withEnvironment(Object.fromEntries(threadVariables.map((name) => [name, "1"])), load);

function withEnvironment<T>(variables: Readonly<Record<string, string>>, load: () => T): T {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  try {
    return load();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

function has(library: KoffiLibrary, name: string): boolean {
  try {
    library.func(name, "void", ["int"]);
    return true;
  } catch {
    return false;
  }
}

function describe(library: KoffiLibrary, name: string): string {
  if (has(library, "openblas_get_config")) return String(library.func("openblas_get_config", "str", [])()).trim();
  if (has(library, "bli_info_get_version_str")) return `BLIS ${String(library.func("bli_info_get_version_str", "str", [])())}`;
  if (has(library, "MKL_Get_Version_String")) {
    const text = new Uint8Array(256);
    library.func("MKL_Get_Version_String", "void", ["void *", "int"])(text, text.length);
    return new TextDecoder().decode(text).replace(/\0.*$/s, "").trim();
  }
  return name.endsWith("/Accelerate") ? "Apple Accelerate" : basename(name);
}
