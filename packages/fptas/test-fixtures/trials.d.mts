import { type ArchTuple } from "@bort/arch";

export declare const errorOf: (arch: ArchTuple, theta: { readonly rate: number }) => number;
