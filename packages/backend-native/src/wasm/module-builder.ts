import { ByteWriter } from "./byte-writer.js";
import { type Func, FunctionBuilder, type ResultTypes, type Signature } from "./function-builder.js";
import { type ValueType, valueTypes } from "./opcodes.js";

/** Pages of 64 KiB that the imported memory has at least, and may grow to at most. */
export interface MemoryLimits {
  readonly initial: number;
  readonly maximum: number;
  readonly shared: boolean;
}

/** The import that a module's memory comes from: `{ env: { memory } }`. */
const MEMORY_IMPORT = ["env", "memory"] as const;

const MAGIC = [0x00, 0x61, 0x73, 0x6d] as const;
const VERSION = [0x01, 0x00, 0x00, 0x00] as const;
const sections = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;
const kinds = { function: 0x00, memory: 0x02 } as const;
const FUNCTION_TYPE = 0x60;
const SHARED_WITH_MAXIMUM = 0x03;
const WITH_MAXIMUM = 0x01;

/**
 * A WebAssembly module in the making, on one imported memory (WebAssembly core specification, 5.5).
 *
 * ```ts
 * const module = new ModuleBuilder({ initial: 1, maximum: 65536, shared: true });
 * const double = module.func("double", { params: ["f32"], results: ["f32"] });
 * double.return(f32.add(double.param(0), double.param(0)));
 * module.export(double);
 * const { instance } = await WebAssembly.instantiate(module.toBytes(), { env: { memory } });
 * ```
 */
export class ModuleBuilder {
  private readonly types: string[] = [];
  private readonly typeOfFunction: number[] = [];
  private readonly functions: FunctionBuilder[] = [];
  private readonly exports = new Map<string, Func>();

  constructor(private readonly memory: MemoryLimits) {}

  /** A new function, to be filled in before `toBytes`. It may be called by others at once. */
  func<const Params extends readonly ValueType[], const Results extends ResultTypes>(
    name: string, signature: Signature<Params, Results>,
  ): FunctionBuilder<Params, Results> {
    const func = new FunctionBuilder(name, this.functions.length, signature);
    this.functions.push(func as unknown as FunctionBuilder);
    this.typeOfFunction.push(this.typeIndex(signature));
    return func;
  }

  /** Makes a function callable from outside, under its own name unless another is given. */
  export(func: Func, name: string = func.name): void {
    if (this.functions[func.index] as Func !== func) throw new TypeError(`wasm: ${func.name} is a function of another module`);
    if (this.exports.has(name)) throw new TypeError(`wasm: "${name}" is exported twice`);
    this.exports.set(name, func);
  }

  /** @throws TypeError where a function with a result does not end in a return */
  toBytes(): Uint8Array<ArrayBuffer> {
    const out = new ByteWriter().byte(...MAGIC, ...VERSION);
    const section = (id: number, write: (content: ByteWriter) => void): void => {
      const content = new ByteWriter();
      write(content);
      out.byte(id).sized(content);
    };
    section(sections.type, (content) => content.vector(this.types, (type) => content.byte(...type.split(",").map(Number))));
    section(sections.import, (content) => content.vector([MEMORY_IMPORT], ([from, name]) => this.importMemory(content.name(from).name(name))));
    section(sections.function, (content) => content.vector(this.typeOfFunction, (type) => content.unsigned(type)));
    section(sections.export, (content) =>
      content.vector([...this.exports], ([name, func]) => content.name(name).byte(kinds.function).unsigned(func.index)));
    section(sections.code, (content) => content.vector(this.functions, (func) => content.sized(func.toCode())));
    return out.toBytes();
  }

  private importMemory(content: ByteWriter): void {
    const { initial, maximum, shared } = this.memory;
    content.byte(kinds.memory, shared ? SHARED_WITH_MAXIMUM : WITH_MAXIMUM).unsigned(initial).unsigned(maximum);
  }

  /** Functions of one signature share a type; a type is kept as the text of its bytes (5.3.6). */
  private typeIndex({ params, results }: Signature): number {
    const type = new ByteWriter().byte(FUNCTION_TYPE);
    for (const list of [params, results]) type.vector<ValueType>(list, (each) => type.byte(valueTypes[each]));
    const text = type.toBytes().join();
    const index = this.types.indexOf(text);
    return index >= 0 ? index : this.types.push(text) - 1;
  }
}
