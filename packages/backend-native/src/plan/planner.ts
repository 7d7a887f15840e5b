import { type DType, type Graph, type Node, type NodeOf, type Shape, type TensorType, sizeOf } from "@bort/graph";
import { type Access, accessOf, Cluster, type ElementOp } from "./cluster.js";
import { destinationsOf } from "./destinations.js";
import { executionOrder } from "./execution-order.js";
import { gemmOf, gemmOperand, type GemmStep } from "./gemm.js";
import { type LayoutNode, layoutView } from "./layout-view.js";
import { areFed } from "./lookups.js";
import { type PrimitiveNode, lower } from "./lower.js";
import { type CombineStep, type Draft, type PlanStep, type ScatterStep } from "./plan-step.js";
import { alignsWith, type ClusterResult, regrouped, spaceOf, spanIn, type Value } from "./value.js";
import {
  type Buffer, type BufferUse, broadcastView, isContiguous, reshapeView, sameView, sliceView, swapLastAxes, transposeView, type View, wholeView,
} from "./view.js";

/** Turns a graph into steps: products for BLAS, and clusters of everything that can be computed in one pass over rows. */
export function draft(graph: Graph, threads: number): Draft {
  return new Planner(graph, threads).run();
}

/** Values of a cluster from which on no more join it: a function of WebAssembly may have 50,000 locals, and one value takes up to twenty. */
const MOST_VALUES = 1000;

/** Operands of what is left to every cluster that needs it, those of its operands counted, each as often as it is read. */
const MOST_LEAVES = 64;

class Planner {
  readonly #outputs: Map<string, PrimitiveNode>;
  readonly #threads: number;
  readonly #steps: PlanStep[] = [];
  readonly #buffers: Buffer[] = [];
  readonly #values = new Map<Node, Value>();
  /** Where a value must be written, where a layout op after it would otherwise copy it there. */
  readonly #destinations: Map<Node, View>;
  readonly #outputBuffers: readonly Buffer[];

  constructor(graph: Graph, threads: number) {
    this.#outputs = lower(graph);
    this.#threads = threads;
    const outputs = [...this.#outputs].map(([name, node]) => ({ node, buffer: this.#buffer(sizeOf(node.shape), { kind: "output", name }) }));
    this.#outputBuffers = outputs.map(({ buffer }) => buffer);
    this.#destinations = destinationsOf(outputs, (size) => this.#buffer(size));
  }

  run(): Draft {
    for (const node of executionOrder([...this.#outputs.values()])) this.#values.set(node, this.#place(node));
    [...this.#outputs.values()].forEach((node, i) => this.#moved(node, wholeView(this.#outputBuffers[i]!, node.shape)));
    return { steps: this.#steps, buffers: this.#buffers };
  }

  #buffer(size: number, use: BufferUse = { kind: "temporary" }): Buffer {
    const buffer: Buffer = { slot: this.#buffers.length, size, use };
    this.#buffers.push(buffer);
    return buffer;
  }

  #push<S extends PlanStep>(make: (index: number) => S): S {
    const step = make(this.#steps.length);
    this.#steps.push(step);
    return step;
  }

  #place(node: PrimitiveNode): Value {
    switch (node.op) {
      case "parameter":
        return this.#inMemory(wholeView(this.#feed(node), node.shape), node, 0);
      case "constant": {
        const { data } = node.attrs;
        if (typeof data === "number") return { at: "immediate", value: data, dtype: node.dtype };
        return this.#inMemory(wholeView(this.#buffer(data.length, { kind: "constant", data, dtype: node.dtype }), node.shape), node, 0);
      }
      case "after":
        return this.#after(node);
      case "stopGradient":
      case "keep":
        return this.#values.get(node.inputs[0]!)!;
      case "reshape":
      case "expand":
      case "transpose":
      case "slice":
        return this.#layout(node);
      case "reduceSum":
      case "reduceMax":
        return this.#reduce(node);
      case "matmul":
        return this.#matmul(node);
      case "concat":
        return this.#concat(node);
      case "pad":
        return this.#pad(node);
      case "gather":
        return this.#gather(node);
      case "scatterAdd":
        return this.#scatterAdd(node);
      case "uniform":
        return this.#uniform(node);
      default:
        return this.#computed(node.op, node, node.inputs);
    }
  }

  /** A value in memory that is taken to be there no earlier than another. */
  #after({ inputs }: NodeOf<"after">): Value {
    const [x, moment] = inputs as [Node, Node];
    const value = this.#values.get(x)!;
    if (value.at === "immediate") return value;
    const { view, ready } = this.#materialized(x);
    return this.#inMemory(view, x, Math.max(ready, this.#materialized(moment).ready));
  }

  /** Whether values come from feeds and constants alone, without a step in between. */
  #isGiven(inputs: readonly Node[]): boolean {
    return inputs.every((input) => {
      const value = this.#values.get(input)!;
      return value.at === "immediate" || value.at === "anywhere" || (value.at === "memory" && value.ready === 0);
    });
  }

  #feed({ attrs: { name }, shape }: NodeOf<"parameter">): Buffer {
    return this.#buffers.find(({ use }) => use.kind === "feed" && use.name === name) ?? this.#buffer(sizeOf(shape), { kind: "feed", name });
  }

  #inMemory(view: View, { dtype }: { readonly dtype: DType }, ready: number): Value {
    return { at: "memory", view, dtype, ready };
  }

  // --- Layout: views where strides can say it ------------------------------------------------------------------------------

  #layout(node: LayoutNode): Value {
    const input = this.#values.get(node.inputs[0]!)!;
    if (input.at === "immediate") return input;
    const within = input.at === "cluster" ? regrouped(input, node) : undefined;
    if (within !== undefined) return within;
    const { view, ready } = this.#materialized(node.inputs[0]!);
    const changed = layoutView(view, node);
    if (changed !== undefined) return this.#inMemory(changed, node, ready);
    const copy = this.#copied(view, node.dtype, ready);
    return this.#inMemory(layoutView(copy.view, node)!, node, copy.ready);
  }

  /** The value in memory; a cluster that computes it is told to store it. */
  #materialized(node: Node): { readonly view: View; readonly ready: number } {
    const value = this.#values.get(node)!;
    if (value.at === "memory") return value;
    if (value.at === "cluster") return this.#stored(value, this.#destinations.get(node));
    if (value.at === "anywhere") {
      this.#settled(node);
      return this.#materialized(node);
    }
    const filled = this.#filled(this.#destinations.get(node) ?? this.#fresh(node.shape), value);
    this.#values.set(node, this.#inMemory(filled.view, node, filled.ready));
    return filled;
  }

  /** Has a cluster compute what any could. */
  #settled(node: Node): void {
    const value = this.#values.get(node)!;
    if (value.at === "anywhere") this.#values.set(node, this.#element(value.op, value, value.inputs));
  }

  #fresh(shape: Shape): View {
    return wholeView(this.#buffer(sizeOf(shape)), shape);
  }

  /** Has a cluster write one of its values, once; what the cluster computes from it later still has it at hand. */
  #stored({ cluster, place, shape }: ClusterResult, wanted: View | undefined): { view: View; ready: number } {
    const ready = cluster.index + 1;
    const before = cluster.stored.get(place);
    const known = before === undefined ? undefined : reshapeView(before, shape);
    if (known !== undefined) return { view: known, ready };
    const view = wanted !== undefined && accessOf(wanted, cluster.flat) !== undefined ? wanted : this.#fresh(shape);
    cluster.stores.push({ value: place, access: accessOf(view, cluster.flat)! });
    cluster.stored.set(place, view);
    return { view, ready };
  }

  #filled(view: View, { value, dtype }: Extract<Value, { at: "immediate" }>): { view: View; ready: number } {
    const cluster = this.#clusterFor(view.shape, [view]);
    const place = cluster.add({ kind: "constant", value, dtype, span: "full" });
    cluster.stores.push({ value: place, access: accessOf(view, cluster.flat)! });
    return { view, ready: cluster.index + 1 };
  }

  /** A copy of a view, by default row-major. */
  #copied(view: View, dtype: DType, ready: number, into: View = this.#fresh(view.shape)): { view: View; ready: number } {
    const cluster = this.#clusterFor(view.shape, [view, into]);
    if (ready > cluster.index) throw new Error("a copy was planned before its source");
    const place = cluster.add({ kind: "load", access: accessOf(view, cluster.flat)!, dtype, span: "full" });
    cluster.stores.push({ value: place, access: accessOf(into, cluster.flat)! });
    return { view: into, ready: cluster.index + 1 };
  }

  /** A new cluster over a shape, flat where rows would be short and all views allow it. */
  #clusterFor(shape: Shape, views: readonly View[]): Cluster {
    const { rows, columns } = spaceOf(shape);
    const flat = (columns < 16 || rows === 1) && views.every((view) => accessOf(broadcastView(view, shape), true) !== undefined);
    return this.#push((index) => (flat ? new Cluster(index, 1, rows * columns, true) : new Cluster(index, rows, columns, false)));
  }

  // --- Element-wise ops and reductions: clusters ----------------------------------------------------------------------------

  /** What comes from feeds and constants alone is left to every cluster that needs it. */
  #computed(op: ElementOp, { shape, dtype }: TensorType, inputs: readonly Node[]): Value {
    const leaves = inputs.reduce((sum, input) => sum + this.#leafCount(input), 0);
    return leaves <= MOST_LEAVES && this.#isGiven(inputs) ? { at: "anywhere", op, inputs, shape, dtype, leaves } : this.#element(op, { shape, dtype }, inputs);
  }

  #leafCount(input: Node): number {
    const value = this.#values.get(input)!;
    return value.at === "anywhere" ? value.leaves : 1;
  }

  #element(op: ElementOp, node: TensorType, inputs: readonly Node[]): Value {
    const cluster = this.#joinable(node.shape, inputs) ?? this.#shared(node.shape, inputs) ?? this.#newCluster(node.shape, inputs);
    const span = spanIn(cluster, node.shape);
    const places = inputs.map((input) => this.#operand(cluster, input, node.shape, span));
    return { at: "cluster", cluster, place: cluster.add({ kind: "element", op, inputs: places, dtype: node.dtype, span }), span, dtype: node.dtype, shape: node.shape };
  }

  /** The cluster that computes some of the inputs, if the node can be computed there, too. */
  #joinable(shape: Shape, inputs: readonly Node[]): Cluster | undefined {
    const values = this.#leaves(inputs).map((input) => this.#values.get(input)!);
    const last = values.flatMap((value) => (value.at === "cluster" ? [value.cluster] : [])).reduce<Cluster | undefined>(
      (latest, cluster) => (latest === undefined || cluster.index > latest.index ? cluster : latest), undefined);
    return last !== undefined && this.#fits(last, shape, inputs) ? last : undefined;
  }

  /** A cluster over the same space that reads some of the inputs from memory. */
  #shared(shape: Shape, inputs: readonly Node[]): Cluster | undefined {
    const buffers = this.#leaves(inputs).flatMap((input) => {
      const value = this.#values.get(input)!;
      return value.at === "memory" && value.view.buffer.size > 1 ? [value.view.buffer] : [];
    });
    return this.#steps.findLast((step): step is Cluster =>
      step.kind === "cluster" && buffers.some((buffer) => step.reads(buffer)) && this.#fits(step, shape, inputs));
  }

  /** Whether a node of that shape and with those inputs may be computed by a cluster that is already there. */
  #fits(cluster: Cluster, shape: Shape, inputs: readonly Node[]): boolean {
    if (cluster.values.length >= MOST_VALUES) return false;
    const { rows, columns } = spaceOf(shape);
    const sameSpace = cluster.flat ? rows * columns === cluster.columns : rows === cluster.rows && (columns === cluster.columns || columns === 1);
    return sameSpace && this.#leaves(inputs).every((input) => {
      const value = this.#values.get(input)!;
      if (value.at === "immediate" || value.at === "anywhere") return true;
      if (value.at === "memory") return value.ready <= cluster.index && accessOf(broadcastView(value.view, shape), cluster.flat) !== undefined;
      if (value.cluster !== cluster) return value.cluster.index < cluster.index && !cluster.flat;
      return alignsWith(value, shape, cluster);
    });
  }

  /** The inputs, with what can be computed anywhere replaced by what it is computed from. */
  #leaves(inputs: readonly Node[]): Node[] {
    return inputs.flatMap((input) => {
      const value = this.#values.get(input)!;
      return value.at === "anywhere" ? this.#leaves(value.inputs) : [input];
    });
  }

  #newCluster(shape: Shape, inputs: readonly Node[]): Cluster {
    const views = this.#leaves(inputs).flatMap((input) => (this.#values.get(input)!.at === "immediate" ? [] : [this.#materialized(input).view]));
    return this.#clusterFor(shape, views);
  }

  /** The place of an input among a cluster's values. */
  #operand(cluster: Cluster, input: Node, shape: Shape, span: "full" | "row"): number {
    const value = this.#values.get(input)!;
    if (value.at === "immediate") return cluster.add({ kind: "constant", value: value.value, dtype: value.dtype, span: "row" });
    if (value.at === "cluster" && value.cluster === cluster) return value.place;
    if (value.at === "anywhere") {
      const places = value.inputs.map((each) => this.#operand(cluster, each, shape, span));
      return cluster.add({ kind: "element", op: value.op, inputs: places, dtype: value.dtype, span: this.#spanOf(cluster, places) });
    }
    const { view } = this.#materialized(input);
    return this.#load(cluster, accessOf(broadcastView(view, shape), cluster.flat)!, value.dtype, span);
  }

  /** An op on values known once a row is known once a row. */
  #spanOf(cluster: Cluster, places: readonly number[]): "full" | "row" {
    return places.every((place) => cluster.values[place]!.span === "row") ? "row" : "full";
  }

  #load(cluster: Cluster, access: Access, dtype: DType, wanted: "full" | "row"): number {
    const { buffer, rows, columnStride } = access;
    const span = columnStride === 0 ? "row" : wanted;
    return cluster.add(buffer.use.kind === "index" ? { kind: "index", rows, columnStride, dtype, span } : { kind: "load", access, dtype, span });
  }

  /** Numbers that depend on a seed and on the index of each element, which kernels know without reading it. */
  #uniform({ inputs: [seed], shape, dtype }: NodeOf<"uniform">): Value {
    const index: Node = { op: "constant", inputs: [], attrs: { data: 0 }, shape, dtype: "i32" };
    this.#values.set(index, this.#inMemory(wholeView({ slot: -1, size: sizeOf(shape), use: { kind: "index" } }, shape), index, 0));
    return this.#computed("uniform", { shape, dtype }, [seed!, index]);
  }

  #reduce(node: NodeOf<"reduceMax" | "reduceSum">): Value {
    const [input] = node.inputs as [Node];
    const { shape } = input;
    this.#settled(input);
    const axes = node.attrs.axes.filter((axis) => shape[axis] !== 1);
    if (axes.length === 0) return this.#values.get(input)!;
    const kept = shape.flatMap((size, axis) => (size === 1 || axes.includes(axis) ? [] : [axis]));
    if (axes.every((axis) => kept.every((other) => other < axis))) return this.#reduceRows(node, input, kept, axes);
    if (node.op === "reduceSum" && axes.every((axis) => kept.every((other) => other > axis))) return this.#sumColumns(node, input, axes, kept);
    const perm = [...shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis])), ...axes];
    const { view, ready } = this.#materialized(input);
    const turned = this.#copied(transposeView(view, perm), node.dtype, ready);
    const rows = sizeOf(kept.map((axis) => shape[axis]!));
    return this.#reduceView(node, { ...turned, view: reshapeView(turned.view, [rows, sizeOf(shape) / rows])! });
  }

  #reduceRows(node: NodeOf<"reduceMax" | "reduceSum">, input: Node, kept: readonly number[], axes: readonly number[]): Value {
    const columns = sizeOf(axes.map((axis) => input.shape[axis]!));
    const value = this.#values.get(input)!;
    const op = node.op === "reduceSum" ? "sum" : "max";
    if (value.at === "cluster" && !value.cluster.flat && value.span === "full" && value.cluster.columns === columns) {
      const place = value.cluster.add({ kind: "reduce", op, input: value.place, dtype: node.dtype, span: "row" });
      return { at: "cluster", cluster: value.cluster, place, span: "row", dtype: node.dtype, shape: node.shape };
    }
    const { view, ready } = this.#materialized(input);
    const wanted = [sizeOf(kept.map((axis) => input.shape[axis]!)), columns];
    const rows = reshapeView(view, wanted);
    if (rows !== undefined) return this.#reduceView(node, { view: rows, ready });
    const copy = this.#copied(view, node.dtype, ready);
    return this.#reduceView(node, { ...copy, view: reshapeView(copy.view, wanted)! });
  }

  /** Reduces the rows of a [rows, columns] view. */
  #reduceView(node: NodeOf<"reduceMax" | "reduceSum">, { view, ready }: { readonly view: View; readonly ready: number }): Value {
    const [rows, columns] = view.shape as [number, number];
    const known = this.#steps.findLast((step): step is Cluster =>
      step.kind === "cluster" && !step.flat && step.rows === rows && step.columns === columns && step.index >= ready && step.reads(view.buffer));
    const cluster = known ?? this.#push((index) => new Cluster(index, rows, columns, false));
    const load = this.#load(cluster, accessOf(view, false)!, node.dtype, "full");
    const place = cluster.add({ kind: "reduce", op: node.op === "reduceSum" ? "sum" : "max", input: load, dtype: node.dtype, span: "row" });
    const value = { at: "cluster", cluster, place, span: "row", dtype: node.dtype } as const;
    if ((node.shape.at(-1) ?? 1) === 1) return { ...value, shape: node.shape };
    // One result a row, but rows that become the last axis: another space, which is reached through memory.
    const stored = this.#stored({ ...value, shape: [rows, 1] }, undefined);
    return this.#inMemory(reshapeView(stored.view, node.shape)!, node, stored.ready);
  }

  #sumColumns(node: NodeOf<"reduceMax" | "reduceSum">, input: Node, axes: readonly number[], kept: readonly number[]): Value {
    const rows = sizeOf(axes.map((axis) => input.shape[axis]!));
    const columns = sizeOf(kept.map((axis) => input.shape[axis]!));
    const { cluster, place } = this.#fullValue(input, rows, columns);
    const partial = this.#buffer(this.#threads * columns);
    const wanted = this.#destinations.get(node);
    const result = wanted !== undefined && wanted.buffer.size === columns && isContiguous(wanted) ? wanted.buffer : this.#buffer(columns);
    cluster.sums.push({ value: place, partial, result });
    const combine = this.#push((index): CombineStep => ({ kind: "combine", index, partial, result }));
    return this.#inMemory(wholeView(result, node.shape), node, combine.index + 1);
  }

  /** A value as a full one of a cluster of [rows, columns], which computes it or loads it. */
  #fullValue(input: Node, rows: number, columns: number): { readonly cluster: Cluster; readonly place: number } {
    const value = this.#values.get(input)!;
    if (value.at === "cluster" && !value.cluster.flat && value.span === "full" && value.cluster.rows === rows && value.cluster.columns === columns) return value;
    const found = this.#materialized(input);
    const view = reshapeView(found.view, [rows, columns]) ?? reshapeView(this.#copied(found.view, value.dtype, found.ready).view, [rows, columns])!;
    const cluster = this.#push((index) => new Cluster(index, rows, columns, false));
    return { cluster, place: this.#load(cluster, accessOf(view, false)!, value.dtype, "full") };
  }

  // --- Products ---------------------------------------------------------------------------------------------------------------

  #matmul(node: NodeOf<"matmul">): Value {
    const { transposeA, transposeB, alpha } = node.attrs;
    const batch = node.shape.slice(0, -2);
    const operand = (input: Node, transpose: boolean): { view: View; ready: number } => {
      const { view, ready } = this.#materialized(input);
      const straight = transpose ? swapLastAxes(view) : view;
      const shaped = broadcastView(straight, [...batch, ...straight.shape.slice(-2)]);
      if (gemmOperand(shaped) !== undefined) return { view: shaped, ready };
      const copy = this.#copied(straight, "f32", ready);
      return { view: broadcastView(copy.view, shaped.shape), ready: copy.ready };
    };
    const a = operand(node.inputs[0]!, transposeA);
    const b = operand(node.inputs[1]!, transposeB);
    const wanted = this.#destinations.get(node);
    const c = wanted !== undefined && gemmOperand(wanted)?.transposed === false ? wanted : this.#fresh(node.shape);
    const step = this.#push((index): GemmStep => ({ kind: "gemm", index, alpha, ...gemmOf(a.view, b.view, c) }));
    return this.#inMemory(c, node, step.index + 1);
  }

  // --- Moving rows ------------------------------------------------------------------------------------------------------------

  #concat(node: NodeOf<"concat">): Value {
    const { axis } = node.attrs;
    const whole = this.#destinations.get(node) ?? this.#fresh(node.shape);
    let start = 0;
    let ready = 0;
    for (const input of node.inputs) {
      const starts = node.shape.map((_, i) => (i === axis ? start : 0));
      ready = Math.max(ready, this.#moved(input, sliceView(whole, starts, input.shape)));
      start += input.shape[axis]!;
    }
    return this.#inMemory(whole, node, ready);
  }

  /** Brings a value to a view, unless it was written there in the first place; returns the step from which on it is there. */
  #moved(input: Node, into: View): number {
    const value = this.#values.get(input)!;
    if (value.at === "immediate") return this.#filled(into, value).ready;
    const found = this.#materialized(input);
    return sameView(found.view, into) ? found.ready : this.#copied(found.view, value.dtype, found.ready, into).ready;
  }

  #pad(node: NodeOf<"pad">): Value {
    const whole = this.#fresh(node.shape);
    this.#filled(whole, { at: "immediate", value: 0, dtype: node.dtype });
    const [input] = node.inputs as [Node];
    return this.#inMemory(whole, node, this.#moved(input, sliceView(whole, node.attrs.before, input.shape)));
  }

  /** Rows of a table: a load that looks up where its rows are. */
  #gather(node: NodeOf<"gather">): Value {
    const [tableNode, idsNode] = node.inputs as [Node, Node];
    const rowShape = tableNode.shape.slice(1);
    const table = this.#contiguous(tableNode);
    const ids = this.#contiguous(idsNode);
    const columns = sizeOf(rowShape);
    const rows = sizeOf(idsNode.shape);
    const cluster = this.#push((index) => new Cluster(index, rows, columns, false));
    const access: Access = {
      buffer: table.view.buffer, offset: table.view.offset, rows: [], columnStride: columns === 1 ? 0 : 1,
      indirect: { ids: accessOf({ ...ids.view, shape: [rows, 1], strides: [1, 1] }, false)!, stride: columns, rows: tableNode.shape[0]!, fed: areFed(ids.view.buffer) },
    };
    const place = cluster.add({ kind: "load", access, dtype: node.dtype, span: "full" });
    const value: Value = { at: "cluster", cluster, place, span: "full", dtype: node.dtype, shape: [rows, columns] };
    // A row of several axes, or none, is another space for the ops that follow: it goes through memory.
    if (rowShape.length === 1) return { ...value, shape: node.shape };
    const { view, ready } = this.#stored(value, undefined);
    return this.#inMemory(reshapeView(view, node.shape)!, node, ready);
  }

  #contiguous(node: Node): { readonly view: View; readonly ready: number } {
    const found = this.#materialized(node);
    return isContiguous(found.view) ? found : this.#copied(found.view, node.dtype, found.ready);
  }

  #scatterAdd(node: NodeOf<"scatterAdd">): Value {
    const [base, idsNode, rowsNode] = node.inputs as [Node, Node, Node];
    const target = this.#destinations.get(node)!;
    this.#moved(base, target);
    this.#forgetStores(target.buffer);
    const ids = this.#contiguous(idsNode);
    const rows = this.#contiguous(rowsNode);
    const step = this.#push((index): ScatterStep => ({ kind: "scatter", index, target: target.buffer, ids: ids.view, rows: rows.view }));
    return this.#inMemory(target, node, step.index + 1);
  }

  /** What clusters have stored in a buffer is not there any more once rows are added to it: equal values that others read are stored anew. */
  #forgetStores(changed: Buffer): void {
    for (const step of this.#steps) {
      if (step.kind !== "cluster") continue;
      for (const [place, { buffer }] of step.stored) if (buffer === changed) step.stored.delete(place);
    }
  }
}
