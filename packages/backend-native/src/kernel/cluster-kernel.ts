import { clusterOperands } from "../plan/accesses.js";
import { type Access, type Cluster, type ClusterValue } from "../plan/cluster.js";
import { indirectOf } from "../plan/lookups.js";
import { type Expr } from "../wasm/expression.js";
import { type FunctionBuilder, type Local } from "../wasm/function-builder.js";
import { type ModuleBuilder } from "../wasm/module-builder.js";
import { f32, i32, select } from "../wasm/scalars.js";
import { f32x4, i32x4, v128 } from "../wasm/vectors.js";
import { checkedId } from "./checked-id.js";
import { constantVector, elementOp, fromMemory, toMemory } from "./element-ops.js";
import { type Pass, rowPasses } from "./row-passes.js";

type I32 = Expr<"i32">;
type V128 = Expr<"v128">;
type IndexValue = Extract<ClusterValue, { readonly kind: "index" }>;

/** Columns that threads share out where a cluster is one row. */
export const columnsPerBlock = 64;

/** How a kernel's work is shared: its units are rows, or blocks of columns of the only row. */
export interface KernelWork {
  readonly units: number;
  /** Bytes of scratch memory that each thread needs. */
  readonly scratchBytes: number;
}

/** What every kernel takes: its units [start, end), its thread, and the address of its operands' addresses. */
export const kernelSignature = { params: ["i32", "i32", "i32", "i32"], results: [] } as const;

/** Whether a cluster's units are blocks of columns. */
export const splitsColumns = (cluster: Cluster): boolean => cluster.rows === 1 && !cluster.reduces && cluster.sums.length === 0;

/** Adds the function that computes a cluster. The addresses are those of `clusterOperands`, of the scratch memory, and of the faults of `computedLookups`. */
export function addClusterKernel(module: ModuleBuilder, name: string, cluster: Cluster): KernelWork {
  const f = module.func(name, kernelSignature);
  const kernel = new ClusterKernel(f as unknown as FunctionBuilder, cluster);
  kernel.emit();
  module.export(f);
  const units = splitsColumns(cluster) ? Math.ceil(cluster.columns / columnsPerBlock) : cluster.rows;
  return { units, scratchBytes: kernel.scratchBytes };
}

const fourBytes = i32.const(2);
const toBytes = (elements: I32): I32 => i32.shl(elements, fourBytes);

class ClusterKernel {
  readonly scratchBytes: number;
  readonly #f: FunctionBuilder;
  readonly #cluster: Cluster;
  readonly #schedule: ReturnType<typeof rowPasses>;
  /** Addresses of the operands, in the order of `clusterOperands`. */
  readonly #addresses: readonly Local<"i32">[];
  readonly #scratch: Local<"i32">;
  /** Where ids that are no rows are left, by the operand that is looked up. */
  readonly #faults: ReadonlyMap<number, Local<"i32">>;
  /** Where the current row of each operand starts. */
  readonly #rowStarts: Local<"i32">[];
  readonly #operandOf: { readonly loads: ReadonlyMap<number, number>; readonly stores: readonly number[]; readonly sums: readonly number[] };
  /** For each index among the values, that of the first element of the current row. */
  readonly #rowIndices: ReadonlyMap<number, Local<"i32">>;
  /** Values known once a row, in all lanes. */
  readonly #rowValues = new Map<number, Local<"v128">>();

  constructor(f: FunctionBuilder, cluster: Cluster) {
    this.#f = f;
    this.#cluster = cluster;
    this.#schedule = rowPasses(cluster);
    this.#operandOf = operandPlaces(cluster);
    const count = clusterOperands(cluster).length;
    const args = this.#param(3);
    const address = (place: number): Local<"i32"> => f.let(i32.load(args, 4 * place));
    this.#addresses = Array.from({ length: count }, (_, i) => address(i));
    this.#scratch = address(count);
    const checked = [...this.#operandOf.loads].filter(([place]) => indirectOf(cluster.values[place]!)?.fed === false);
    this.#faults = new Map(checked.map(([, operand], i) => [operand, address(count + 1 + i)]));
    this.#rowStarts = Array.from({ length: count }, () => f.local("i32"));
    this.#rowIndices = new Map(cluster.values.flatMap(({ kind }, place) => (kind === "index" ? [[place, f.local("i32")] as const] : [])));
    this.scratchBytes = this.#schedule.kept.length * this.#scratchRowBytes;
  }

  emit(): void {
    const f = this.#f;
    const { sums, columns } = this.#cluster;
    sums.forEach((_, i) => this.#clearSum(i));
    if (splitsColumns(this.#cluster)) {
      const from = f.let(i32.mul(this.#param(0), i32.const(columnsPerBlock)));
      const to = f.let(i32.mul(this.#param(1), i32.const(columnsPerBlock)));
      f.if(i32.gtU(to, i32.const(columns)), () => f.set(to, i32.const(columns)));
      this.#row(i32.const(0), from, to);
    } else {
      const row = f.local("i32");
      f.forRange(row, this.#param(0), this.#param(1), i32.const(1), () => this.#row(row, i32.const(0), i32.const(columns)));
    }
  }

  #param(index: number): Local<"i32"> {
    return (this.#f as unknown as FunctionBuilder<typeof kernelSignature.params>).param(index as 0);
  }

  get #scratchRowBytes(): number {
    return 16 * Math.ceil(this.#cluster.columns / 4);
  }

  // --- One row ------------------------------------------------------------------------------------------------------------

  #row(row: I32, from: I32, to: I32): void {
    const { values, stores } = this.#cluster;
    for (const [place, operand] of this.#operandOf.loads) this.#startRow(operand, (values[place] as { access: Access }).access, row);
    stores.forEach(({ access }, i) => this.#startRow(this.#operandOf.stores[i]!, access, row));
    for (const [place, first] of this.#rowIndices) this.#f.set(first, this.#rowOffset(values[place] as IndexValue, row));
    this.#schedule.passes.forEach((pass) => this.#pass(pass, from, to));
  }

  #startRow(operand: number, access: Access, row: I32): void {
    const address = this.#addresses[operand]!;
    if (access.indirect === undefined) return this.#f.set(this.#rowStarts[operand]!, i32.add(address, toBytes(this.#rowOffset(access, row))));
    const { ids, stride, rows } = access.indirect;
    const given = i32.load(i32.add(this.#addresses[operand + 1]!, toBytes(this.#rowOffset(ids, row))));
    const fault = this.#faults.get(operand);
    const id = fault === undefined ? given : checkedId(this.#f, given, rows, fault);
    this.#f.set(this.#rowStarts[operand]!, i32.add(address, i32.mul(id, i32.const(4 * stride))));
  }

  /** The row index taken apart into digits, each times its stride. */
  #rowOffset({ rows }: Pick<Access, "rows">, row: I32): I32 {
    if (rows.every(({ stride }) => stride === 0)) return i32.const(0);
    if (rows.length === 1) return i32.mul(row, i32.const(rows[0]!.stride));
    const f = this.#f;
    const rest = f.let(row);
    const offset = f.local("i32");
    f.set(offset, i32.const(0));
    rows.toReversed().forEach(({ size, stride }, i) => {
      const digit = i === rows.length - 1 ? rest : i32.remU(rest, i32.const(size));
      if (stride !== 0) f.set(offset, i32.add(offset, i32.mul(digit, i32.const(stride))));
      if (i < rows.length - 1) f.set(rest, i32.divU(rest, i32.const(size)));
    });
    return offset;
  }

  #pass(pass: Pass, from: I32, to: I32): void {
    const f = this.#f;
    const { values, stores } = this.#cluster;
    for (const place of pass.before) this.#rowValues.set(place, f.let(this.#rowValue(place)));
    const accumulators = new Map(pass.reduces.map((place) => [place, f.let(this.#neutral(place))]));
    const fullStores = pass.stores.filter((i) => values[stores[i]!.value]!.span === "full");
    if (pass.values.length > 0 || pass.reduces.length > 0 || pass.sums.length > 0 || this.#hasRowStoreAlongColumns(pass)) this.#columns(pass, from, to, accumulators);
    for (const [place, accumulator] of accumulators) this.#rowValues.set(place, f.let(this.#across(place, accumulator)));
    for (const i of pass.stores) if (!fullStores.includes(i)) this.#storeRowValue(i);
    // A reduction's own store belongs to the pass after it, in which it is known; the last pass has it here.
  }

  /** A value known once a row that is stored for every column. */
  #hasRowStoreAlongColumns(pass: Pass): boolean {
    return pass.stores.some((i) => this.#isAlongColumns(i));
  }

  #isAlongColumns(store: number): boolean {
    return this.#cluster.stores[store]!.access.columnStride !== 0 && this.#cluster.columns > 1;
  }

  #storeRowValue(store: number): void {
    if (this.#isAlongColumns(store)) return;
    const { value } = this.#cluster.stores[store]!;
    const vector = this.#f.let(toMemory(this.#rowValues.get(value)!, this.#cluster.values[value]!.dtype));
    this.#f.store32Lane(this.#rowStarts[this.#operandOf.stores[store]!]!, vector, 0);
  }

  #rowValue(place: number): V128 {
    const value = this.#cluster.values[place]!;
    switch (value.kind) {
      case "constant":
        return constantVector(value.value, value.dtype);
      case "load":
        return fromMemory(v128.load32Splat(this.#rowStarts[this.#operandOf.loads.get(place)!]!), value.dtype);
      case "index":
        return i32x4.splat(this.#rowIndices.get(place)!);
      case "element":
        return this.#element(place, (input) => this.#rowValues.get(input)!);
      case "reduce":
        throw new Error("a reduction is known after its pass");
    }
  }

  #element(place: number, at: (place: number) => V128): V128 {
    const value = this.#cluster.values[place]!;
    if (value.kind !== "element") throw new Error("only an element-wise op is computed");
    const { op, inputs, dtype } = value;
    const from = this.#cluster.values[inputs[op === "where" ? 1 : 0]!]!.dtype;
    return elementOp(op, from, dtype, inputs.map(at), this.#f);
  }

  // --- The columns of a row -----------------------------------------------------------------------------------------------

  #columns(pass: Pass, from: I32, to: I32, accumulators: ReadonlyMap<number, Local<"v128">>): void {
    const f = this.#f;
    const column = f.let(from);
    const end = f.let(to);
    f.while(i32.leU(i32.add(column, i32.const(4)), end), () => {
      this.#fourColumns(pass, column, undefined, accumulators);
      f.set(column, i32.add(column, i32.const(4)));
    });
    if (this.#cluster.columns % 4 !== 0) f.if(i32.ltU(column, end), () => this.#fourColumns(pass, column, f.let(i32.sub(end, column)), accumulators));
  }

  /** Computes four columns, or the `left` ones before the end of the row: then what lies behind it is neither counted nor written. */
  #fourColumns(pass: Pass, column: Local<"i32">, left: Local<"i32"> | undefined, accumulators: ReadonlyMap<number, Local<"v128">>): void {
    const f = this.#f;
    const { values, stores, sums } = this.#cluster;
    const { kept } = this.#schedule;
    const bytes = f.let(toBytes(column));
    const known = new Map<number, V128>();
    const at = (place: number): V128 => known.get(place) ?? this.#rowValues.get(place)!;
    const computed = new Set(pass.values);
    for (const place of pass.values) {
      const value = values[place]!;
      const fromScratch = kept.includes(place) && !(value.kind === "element" && value.inputs.every((input) => computed.has(input) || this.#rowValues.has(input)));
      if (fromScratch) known.set(place, f.let(v128.load(i32.add(this.#scratchRow(place), bytes))));
      else if (value.kind === "constant") known.set(place, constantVector(value.value, value.dtype));
      else if (value.kind === "load") known.set(place, f.let(fromMemory(this.#loadColumns(place, value.access, bytes, left), value.dtype)));
      else if (value.kind === "index") known.set(place, f.let(this.#indexColumns(place, value, column)));
      else {
        known.set(place, f.let(this.#element(place, at)));
        if (kept.includes(place)) f.store(i32.add(this.#scratchRow(place), bytes), known.get(place)!);
      }
    }
    const mask = left === undefined ? undefined : f.let(i32x4.ltS(i32x4.const(0, 1, 2, 3), i32x4.splat(left)));
    for (const [place, accumulator] of accumulators) f.set(accumulator, this.#accumulated(place, accumulator, at, mask));
    for (const i of pass.sums) {
      const address = f.let(i32.add(this.#sumStart(i), bytes));
      this.#write(address, f32x4.add(v128.load(address), at(sums[i]!.value)), 1, left);
    }
    for (const i of pass.stores) {
      const { value, access } = stores[i]!;
      if (values[value]!.span === "row" && !this.#isAlongColumns(i)) continue;
      const start = this.#rowStarts[this.#operandOf.stores[i]!]!;
      this.#write(f.let(i32.add(start, i32.mul(bytes, i32.const(access.columnStride)))), toMemory(at(value), values[value]!.dtype), access.columnStride, left);
    }
  }

  #loadColumns(place: number, { columnStride }: Access, bytes: I32, left: Local<"i32"> | undefined): V128 {
    const f = this.#f;
    const start = this.#rowStarts[this.#operandOf.loads.get(place)!]!;
    if (columnStride === 0) return v128.load32Splat(start);
    if (columnStride === 1) return v128.load(i32.add(start, bytes));
    const address = f.let(i32.add(start, i32.mul(bytes, i32.const(columnStride))));
    return [1, 2, 3].reduce<V128>((vector, lane) => {
      const away = left === undefined ? i32.const(4 * columnStride * lane) : select(i32.gtU(left, i32.const(lane)), i32.const(4 * columnStride * lane), i32.const(0));
      return f32x4.replaceLane(vector, lane, f32.load(i32.add(address, away)));
    }, v128.load32Zero(address));
  }

  #indexColumns(place: number, { columnStride }: IndexValue, column: I32): V128 {
    const first = i32.add(this.#rowIndices.get(place)!, i32.mul(column, i32.const(columnStride)));
    return i32x4.add(i32x4.splat(first), i32x4.const(0, columnStride, 2 * columnStride, 3 * columnStride));
  }

  /** Writes four elements, or `left` of them. */
  #write(address: Local<"i32">, value: V128, columnStride: number, left: Local<"i32"> | undefined): void {
    const f = this.#f;
    if (left === undefined && columnStride === 1) return f.store(address, value);
    const vector = f.let(value);
    for (let lane = 0; lane < 4; lane++) {
      const write = (): void => f.store32Lane(address, vector, lane, 4 * columnStride * lane);
      if (left === undefined || lane === 0) write();
      else if (lane < 3) f.if(i32.gtU(left, i32.const(lane)), write);
    }
  }

  #scratchRow(place: number): I32 {
    const perThread = i32.mul(this.#param(2), i32.const(this.scratchBytes));
    return i32.add(i32.add(this.#scratch, perThread), i32.const(this.#schedule.kept.indexOf(place) * this.#scratchRowBytes));
  }

  // --- Reductions and sums ------------------------------------------------------------------------------------------------

  #reduction(place: number): { readonly op: "max" | "sum"; readonly input: number } {
    return this.#cluster.values[place] as { readonly op: "max" | "sum"; readonly input: number };
  }

  #neutral(place: number): V128 {
    return f32x4.const(this.#reduction(place).op === "sum" ? 0 : -Infinity);
  }

  #accumulated(place: number, accumulator: V128, at: (place: number) => V128, mask: V128 | undefined): V128 {
    const { op, input } = this.#reduction(place);
    const value = mask === undefined ? at(input) : v128.bitselect(at(input), this.#neutral(place), mask);
    return op === "sum" ? f32x4.add(accumulator, value) : f32x4.max(accumulator, value);
  }

  /** The four lanes reduced to one, in all lanes. */
  #across(place: number, accumulator: Local<"v128">): V128 {
    const combine = this.#reduction(place).op === "sum" ? f32x4.add : f32x4.max;
    const halves = this.#f.let(combine(accumulator, v128.shuffle(accumulator, accumulator, [2, 3, 0, 1])));
    return combine(halves, v128.shuffle(halves, halves, [1, 0, 3, 2]));
  }

  /** This thread's part of a sum of columns. */
  #sumStart(sum: number): I32 {
    return i32.add(this.#addresses[this.#operandOf.sums[sum]!]!, i32.mul(this.#param(2), i32.const(4 * this.#cluster.columns)));
  }

  #clearSum(sum: number): void {
    const f = this.#f;
    const start = f.let(this.#sumStart(sum));
    const at = f.local("i32");
    f.forRange(at, start, f.let(i32.add(start, i32.const(4 * this.#cluster.columns))), i32.const(4), () => f.store(at, f32.const(0)));
  }
}

/** Where in the list of operands each load, store and sum has its address. */
function operandPlaces({ values, stores, sums }: Cluster): { loads: Map<number, number>; stores: number[]; sums: number[] } {
  let next = 0;
  const loads = new Map<number, number>();
  const take = (access: Access): number => {
    const place = next;
    next += access.indirect === undefined ? 1 : 2;
    return place;
  };
  values.forEach((value, place) => {
    if (value.kind === "load") loads.set(place, take(value.access));
  });
  return { loads, stores: stores.map(({ access }) => take(access)), sums: sums.map(() => next++) };
}

