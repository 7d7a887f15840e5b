import { cpus, totalmem } from "node:os";

/** Where figures come from. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly platform: string;
  readonly node: string;
  /** The day of the measurement, as 2026-11-21. */
  readonly date: string;
}

/** This machine, today. */
export function thisMachine(): Machine {
  const processors = cpus();
  return {
    processor: processors[0]?.model ?? "unknown", cores: processors.length, memoryBytes: totalmem(),
    platform: `${process.platform} ${process.arch}`, node: process.versions.node, date: new Date().toISOString().slice(0, 10),
  };
}
