import { type Component } from "./components.js";
import { type Group } from "./network.js";
import { type Receipt, receiptLeaf, receiptOver } from "./receipt.js";
import { requireExact } from "./require-size.js";
import { lettersOf, type Sizes, symbols } from "./sizes.js";

/** What a component counts for: products x from x to + inputs x from + outputs x to. */
export interface Term {
  readonly products: number;
  readonly inputs: number;
  readonly outputs: number;
}

/** A term with the coefficients that are given. */
export const term = ({ products = 0, inputs = 0, outputs = 0 }: Partial<Term>): Term => ({ products, inputs, outputs });

/** A way to count a network. */
export interface CountingRule {
  /** What is counted: "parameters". */
  readonly what: string;
  /** How many copies of a group count. */
  readonly copies: (group: Group) => number;
  /** What one copy is, where it is not the group itself: "per token". */
  readonly per?: (group: Group) => string;
  /** The term of a component in one copy; `undefined` where it counts nothing. */
  readonly termOf: (component: Component) => Term | undefined;
}

/** A count and its parts, with a receipt that is made when it is read. */
export class Tally {
  /** The sum of the parts. */
  readonly total: number;
  /** Word, position and token-type tables, their norm and projection. */
  readonly embedding: number;
  /** All layers, their bottlenecks included. */
  readonly encoder: number;
  readonly pooler: number;
  readonly heads: number;
  readonly #receipt: () => Receipt;

  constructor({ embedding, encoder, pooler, heads }: Readonly<Record<Group["part"], number>>, what: string, receipt: () => Receipt) {
    this.total = requireExact(embedding + encoder + pooler + heads, what);
    this.embedding = embedding;
    this.encoder = encoder;
    this.pooler = pooler;
    this.heads = heads;
    this.#receipt = receipt;
  }

  /** The tree of named terms that the total is the sum of. */
  get receipt(): Receipt {
    return this.#receipt();
  }
}

/** Counts every group by one rule. Throws `arch/too-large` beyond 2^53. */
export function tally(groups: readonly Group[], rule: CountingRule): Tally {
  const parts = { embedding: 0, encoder: 0, pooler: 0, heads: 0 };
  const lists = listsOf(rule);
  let components: readonly Component[] = [];
  let counted: readonly CountedComponent[] = [];
  for (const group of groups) {
    if (group.components !== components) counted = countedIn(components = group.components, rule, lists);
    let sum = 0;
    for (const component of counted) sum += valueOf(component, group.sizes);
    parts[group.part] += rule.copies(group) * sum;
  }
  return new Tally(parts, rule.what, () => tallyReceipt(groups, rule));
}

type CountedComponent = Pick<Component, "from" | "name" | "to"> & Term;

function valueOf({ from, to, products, inputs, outputs }: CountedComponent, sizes: Sizes): number {
  const [reads, writes] = [sizes[from]!, sizes[to]!];
  return products * reads * writes + inputs * reads + outputs * writes;
}

function formulaOf({ from, to, products, inputs, outputs }: CountedComponent): string {
  const summand = (count: number, written: string): string[] => (count === 0 ? [] : [count === 1 ? written : `${count} × ${written}`]);
  const [reads, writes] = [symbols[from]!, symbols[to]!];
  return [...summand(products, `${reads} × ${writes}`), ...summand(inputs, reads), ...summand(outputs, writes)].join(" + ");
}

type CountedLists = WeakMap<readonly Component[], CountedComponent[]>;

const countedLists = new WeakMap<CountingRule, CountedLists>();

/** The lists of components that are known to a rule: millions of networks are made of a few lists. */
function listsOf(rule: CountingRule): CountedLists {
  let lists = countedLists.get(rule);
  if (lists === undefined) countedLists.set(rule, lists = new WeakMap());
  return lists;
}

/** The components that count by a rule. */
function countedIn(components: readonly Component[], rule: CountingRule, lists: CountedLists = listsOf(rule)): readonly CountedComponent[] {
  let counted = lists.get(components);
  if (counted === undefined) {
    counted = components.flatMap((component) => {
      const { name, from, to } = component;
      const counts = rule.termOf(component);
      return counts === undefined ? [] : [{ name, from, to, products: counts.products, inputs: counts.inputs, outputs: counts.outputs }];
    });
    lists.set(components, counted);
  }
  return counted;
}

const partNames = ["embedding", "encoder", "pooler", "heads"] as const;

function tallyReceipt(groups: readonly Group[], rule: CountingRule): Receipt {
  return receiptOver(rule.what, partNames.map((part) => {
    const terms = groups.filter((group) => group.part === part).map((group) => groupReceipt(group, rule));
    return terms.length === 1 && part !== "encoder" ? terms[0]! : receiptOver(part, terms);
  }));
}

function groupReceipt(group: Group, rule: CountingRule): Receipt {
  const { sizes, source } = group;
  const letters = lettersOf(sizes);
  const terms = countedIn(group.components, rule).map((component) => receiptLeaf(component.name, valueOf(component, sizes), formulaOf(component), letters));
  const copies = rule.copies(group);
  const name = rule.per === undefined ? groupName(group) : `${groupName(group)}, ${rule.per(group)}`;
  return receiptOver(name, terms, { source, ...(copies === 1 ? {} : { times: copies }) });
}

/** What one copy of a group is, for receipts: "per token". */
export function perCopy({ per }: Group): string {
  return perNames[per];
}

const perNames: Readonly<Record<Group["per"], string>> = { token: "per token", sequence: "per sequence", maskedPosition: "per masked position" };

/** Layers by number, from 1: "layer 3", "layers 1-12". */
export function groupName({ name, firstLayer, layers }: Group): string {
  if (firstLayer < 0) return name;
  return layers === 1 ? `${name} ${firstLayer + 1}` : `${name}s ${firstLayer + 1}-${firstLayer + layers}`;
}
