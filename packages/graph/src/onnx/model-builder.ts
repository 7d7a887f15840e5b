import { type TypedArray, allocate } from "../backend.js";
import { type DType, type Shape, sizeOf } from "../ir.js";
import { type DynamicDimensions } from "./dynamic-dimensions.js";
import { type Attributes, type OnnxNode, elementType, tensorMessage } from "./onnx-messages.js";
import { type ProtoWriter } from "./protobuf.js";

/** `onnx`: operators of the ONNX standard only. `onnxruntime`: also those of the `com.microsoft` domain, and choices measured on its CPU kernels. */
export type Dialect = "onnx" | "onnxruntime";

/** Constants up to this many elements are told apart by their elements, so that equal ones are stored once. */
const SHARED_CONSTANT_LIMIT = 16;

/** Collects the nodes and initializers of an ONNX graph. Equal nodes and equal small constants are written once. */
export class ModelBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: ProtoWriter[] = [];
  readonly #known = new Map<string, readonly string[]>();
  readonly #names: Set<string>;
  /** What each Reshape reads, by its result. */
  readonly #reshaped = new Map<string, string>();
  #count = 0;

  constructor(readonly dialect: Dialect, readonly dimensions: DynamicDimensions, reservedNames: Iterable<string>) {
    this.#names = new Set(reservedNames);
  }

  /** Adds a node of one output, and gives the output's name. */
  emit(type: string, inputs: readonly string[], attributes: Attributes = {}, domain = ""): string {
    return this.emitAll(type, inputs, 1, attributes, domain)[0]!;
  }

  /** Adds a node of several outputs; those that nothing reads will not be asked for. */
  emitAll(type: string, inputs: readonly string[], outputs: number, attributes: Attributes = {}, domain = ""): readonly string[] {
    return this.#once(JSON.stringify([type, inputs, outputs, attributes, domain]), () => {
      const names = Array.from({ length: outputs }, () => this.#freshName(type));
      this.nodes.push({ type, domain, inputs, outputs: names, attributes });
      if (type === "Reshape") this.#reshaped.set(names[0]!, inputs[0]!);
      return names;
    });
  }

  /** What a Reshape read, where `value` is the result of one: another Reshape can read it in its place. */
  beforeReshape(value: string): string {
    return this.#reshaped.get(value) ?? value;
  }

  /** A tensor whose elements the model holds. */
  initializer(dtype: DType, shape: Shape, data: TypedArray, name: string = this.#freshName("constant")): string {
    this.initializers.push(tensorMessage(name, dtype, shape, data));
    return name;
  }

  /** A constant given by its elements. */
  constant(dtype: DType, shape: Shape, values: ArrayLike<number>): string {
    const data = dataOf(dtype, values);
    if (data.length > SHARED_CONSTANT_LIMIT) return this.initializer(dtype, shape, data);
    return this.#once(`${dtype}[${shape}]=${new Uint8Array(data.buffer)}`, () => [this.initializer(dtype, shape, data)])[0]!;
  }

  /** An f32 number that broadcasts to any shape. */
  scalar(value: number): string {
    return this.constant("f32", [], [value]);
  }

  /** One number as a tensor, whose size costs the model nothing. A number that is a dynamic size is computed when the model runs. */
  filled(dtype: DType, shape: Shape, value: number): string {
    if (Number.isSafeInteger(value) && this.dimensions.isDynamic(value)) {
      const number = this.emit("Cast", [this.#size(value)], { to: elementType[dtype] });
      return this.emit(sizeOf(shape) === 1 ? "Reshape" : "Expand", [number, this.ints(shape)]);
    }
    if (sizeOf(shape) === 1) return this.constant(dtype, shape, [value]);
    return this.#once(`${dtype}[${shape}] filled with ${value}`, () => {
      const one = tensorMessage("", dtype, [1], dataOf(dtype, [value]));
      const name = this.#freshName("ConstantOfShape");
      this.nodes.push({ type: "ConstantOfShape", domain: "", inputs: [this.ints(shape)], outputs: [name], attributes: { value: { tensor: one } } });
      return [name];
    })[0]!;
  }

  /** A vector of sizes or positions: a constant where all are fixed, else computed when the model runs. `i64[values]` */
  ints(values: readonly number[]): string {
    if (!values.some((value) => this.dimensions.isDynamic(value))) return this.constant("i64", [values.length], values);
    const sizes = values.map((value) => this.#size(value));
    return sizes.length === 1 ? sizes[0]! : this.emit("Concat", sizes, { axis: 0 });
  }

  /** One size, as `i64[1]`. */
  #size(value: number): string {
    const { factor, dimensions } = this.dimensions.factorsOf(value);
    const parts = dimensions.map((name) => {
      const { input, axis } = this.dimensions.sourceOf(name);
      return this.emit("Shape", [input], { start: axis, end: axis + 1 });
    });
    if (factor !== 1 || parts.length === 0) parts.push(this.constant("i64", [1], [factor]));
    return parts.reduce((product, part) => this.emit("Mul", [product, part]));
  }

  #once(key: string, make: () => readonly string[]): readonly string[] {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#known.set(key, made);
    return made;
  }

  #freshName(prefix: string): string {
    let name: string;
    do name = `${prefix}_${this.#count++}`; while (this.#names.has(name));
    return name;
  }
}

function dataOf(dtype: DType, values: ArrayLike<number>): TypedArray {
  if (dtype === "i64") return BigInt64Array.from(Array.from(values, BigInt));
  const data = allocate(dtype, values.length) as Exclude<TypedArray, BigInt64Array>;
  data.set(values);
  return data;
}
