import { type ComponentKind } from "./components.js";
import { type CountingRule, type Term, term } from "./tally.js";

const product = term({ products: 1 });
const scaleAndShift = term({ outputs: 2 });

/** The parameters of each kind of component that has any. */
const parameterTerms: Readonly<Partial<Record<ComponentKind, Term>>> = {
  table: product,
  addedTable: product,
  linear: term({ products: 1, outputs: 1 }),
  matrix: product,
  bias: term({ outputs: 1 }),
  norm: scaleAndShift,
  headNorm: scaleAndShift,
};

/** Every parameter once, however often it is used. */
export const countingOnce: CountingRule = {
  what: "parameters",
  copies: ({ owned }) => owned,
  termOf: ({ kind }) => parameterTerms[kind],
};

/** A tied matrix and a shared layer at each place where they are used. */
export const countingEach: CountingRule = {
  what: "parameters, at each place of use",
  copies: ({ runs }) => runs,
  termOf: ({ kind }) => (kind === "tied" ? product : parameterTerms[kind]),
};

/** Weight matrices and the word table alone: what schuBERT's betas count. Source: schuBERT, section 5. */
export const countingMatrices: CountingRule = {
  what: "elements of matrices",
  copies: ({ owned }) => owned,
  termOf: ({ kind }) => (kind === "linear" || kind === "matrix" || kind === "table" ? product : undefined),
};
