import { expect, it } from "vitest";
import { documentedDeclarations } from "./declarations.js";

const names = (text: string, file = "a/lib.dom.d.ts"): string[] => documentedDeclarations(text, file).map(({ module, name }) => `${module} ${name}`);

it("names what follows a comment", () => {
  expect(names(`
/** 1 */ export declare function open(path: string): void;
/** 2 */
interface Stats {
  /** 3 */ readonly size: number;
  /** 4 */ "content-type"?: string;
  /** 5 */ [Symbol.iterator](): void;
  /** 6 */
  // A remark, and /* another */
  static get first(): number;
  /** 7 */ (call: string): void;
}
/** 8 */ declare const $value: number;
/* Not documentation. */ type A = 1;
/**/ type B = 2;
`)).toEqual(["open", "Stats", "size", "content-type", "Symbol.iterator", "first", "call", "$value"].map((name) => `lib.dom ${name}`));
});

it("gives the comment as it stands", () => {
  expect(documentedDeclarations("/**\n * Text.\n */\nlet a;", "x.d.ts")).toEqual([{ module: "x", name: "a", comment: "/**\n * Text.\n */" }]);
});

it("knows the module around a declaration, whose own comment stands before it", () => {
  expect(names(`
/** About the module. declare module "no" { */
declare module "fs" {
    /** 1 */ function open(): void;
    namespace open {
        /** 2 */ function __promisify__(): void;
    }
}
/** 3 */ declare var global: object;
declare module "node:fs/promises" {
    /** 4 */ function read(): void;
}
`, "fs.d.ts")).toEqual(["fs fs", "fs open", "fs open", "fs global", "fs/promises read"]);
});
