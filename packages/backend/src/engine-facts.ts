import { type EngineName } from "./create-backend.js";

/** What a record should keep of the engine: equal engines and threads give equal results, others may differ in last bits and do in time. */
export interface EngineFacts {
  readonly engine: EngineName;
  readonly threads: number;
  /** Name and version of the BLAS, or of ONNX Runtime. */
  readonly version: string;
}

/** These facts alone, of a backend. */
export const engineFacts = ({ engine, threads, version }: EngineFacts): EngineFacts => ({ engine, threads, version });

/** An engine as it is printed: "native (OpenBLAS 0.3.29), 2 threads", or without a version "native, 2 threads". */
export function engineText({ engine, threads, version }: Omit<EngineFacts, "version"> & Partial<EngineFacts>): string {
  return `${engine}${version === undefined ? "" : ` (${version})`}, ${threads} ${threads === 1 ? "thread" : "threads"}`;
}
