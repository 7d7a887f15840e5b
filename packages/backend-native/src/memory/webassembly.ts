/** A shared WebAssembly memory: `buffer` is a longer view of the same bytes after it has grown. */
export interface WasmMemory {
  readonly buffer: SharedArrayBuffer;
  /** Adds pages of 64 KiB; gives the number of pages before. */
  grow(pages: number): number;
}
/** Compiled code; it can be posted to a thread. */
export interface WasmModule {
  readonly [Symbol.toStringTag]: string;
}
export interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}
/** The part of the WebAssembly interface in use here. TypeScript declares it for browsers only. */
export interface WebAssemblyApi {
  readonly Memory: new (descriptor: { readonly initial: number; readonly maximum: number; readonly shared: true }) => WasmMemory;
  readonly Instance: new (module: WasmModule, imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>) => WasmInstance;
  compile(bytes: Uint8Array): Promise<WasmModule>;
}

export const webAssembly: WebAssemblyApi = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;
