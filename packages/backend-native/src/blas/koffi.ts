import { createRequire } from "node:module";
import { NativeError } from "../native-error.js";

/** The part of koffi, a foreign function interface, in use here. */
export interface Koffi {
  load(path: string): KoffiLibrary;
  address(array: ArrayBufferView): bigint;
}
export interface KoffiLibrary {
  /** Closes the library; functions of it must not be called any more. */
  unload(): void;
  func(name: string, result: string, parameters: readonly string[]): (...values: readonly unknown[]) => unknown;
}

/**
 * Loads the optional peer dependency `koffi`.
 *
 * @returns koffi, and the absolute path at which a thread of this process can require it
 * @throws NativeError `backend-native/no-koffi`
 */
export function loadKoffi(): { readonly koffi: Koffi; readonly path: string } {
  try {
    const require = createRequire(import.meta.url);
    const path = require.resolve("koffi");
    return { koffi: require(path) as Koffi, path };
  } catch (cause) {
    const advice = "run npm install koffi@3.3.4, and keep koffi out of bundles";
    throw new NativeError("backend-native/no-koffi", `backend-native: the native engine needs the package koffi; ${advice}`, { cause });
  }
}
