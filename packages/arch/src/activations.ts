import { type Component, type ComponentKind } from "./components.js";
import { type Copies, type Group } from "./network.js";
import { type Receipt, receiptLeaf, receiptOver } from "./receipt.js";
import { lettersOf, type Size, size, type SizeName, symbols } from "./sizes.js";
import { type CountingRule, groupName, perCopy, type Term, term } from "./tally.js";

const inputs = term({ inputs: 1 });
const outputs = term({ outputs: 1 });
const bothOperands = term({ outputs: 2 });

/** What a backward pass reads of each kind of component. */
const keptTerms: Readonly<Partial<Record<ComponentKind, Term>>> = {
  linear: inputs,
  matrix: inputs,
  tied: inputs,
  bias: outputs, // The decoder's: its logits, for the softmax of the loss.
  norm: outputs,
  headNorm: outputs,
  product: outputs,
  softmax: term({ products: 1 }),
  activation: outputs,
  tanh: outputs,
};

/** Counts the elements that are kept from the forward to the backward pass. */
export function keptForBackward(copies: Copies): CountingRule {
  return {
    what: "elements kept",
    copies: ({ runs, per }) => runs * copies[per],
    per: perCopy,
    termOf: ({ kind, keeps }: Component) => (keeps === "nothing" ? undefined : keeps === "twice" ? bothOperands : keptTerms[kind]),
  };
}

/** Sizes, or products of two, that are alive at one moment of a forward pass: for each token, and for each masked position. */
interface Stage {
  readonly name: string;
  readonly token: readonly (readonly SizeName[])[];
  readonly maskedPosition?: readonly (readonly SizeName[])[];
}

/** The most elements that are alive at once in a forward pass: the largest of its stages. */
export function peakOf(network: readonly Group[], copies: Copies): Receipt {
  const terms = network.flatMap((group) => stagesOf(group).map((stage) => stageReceipt(stage, group, copies)));
  return receiptOver("stages", terms, { combine: "largest" });
}

/** The moments at which a group's steps hold most; the pooler and the heads on one token hold too little to matter. */
function stagesOf(group: Group): Stage[] {
  const name = groupName(group);
  if (group.part === "embedding") return [{ name, token: [["context"], ["hidden"]] }];
  if (group.part === "encoder") {
    // MobileBERT adds a layer's input to its output: the encoder's stream stays alive.
    const stream = group.components.some(({ kind, to }) => kind === "residual" && to === size.hidden) ? [["hidden" as const]] : [];
    const has = (kind: ComponentKind): boolean => group.components.some((component) => component.kind === kind);
    return [
      ...(has("softmax") ? [{ name: `${name}, attention`, token: [...stream, ["width"], ["keys"], ["keys"], ["values"], ["sequence", "heads"]] } satisfies Stage] : []),
      ...(has("activation") ? [{ name: `${name}, FFN`, token: [...stream, ["width"], ["inner"], ["width"]] } satisfies Stage] : []),
    ];
  }
  const decodes = group.components.some(({ to }) => to === size.vocabulary);
  return decodes ? [{ name, token: [["hidden"]], maskedPosition: [["hidden"], ["vocabulary"]] }] : [];
}

function stageReceipt({ name, token, maskedPosition = [] }: Stage, { sizes }: Group, copies: Copies): Receipt {
  const at = (product: readonly SizeName[]): Size[] => product.map((one) => size[one]);
  const elements = (alive: Stage["token"]): number => alive.reduce((sum, one) => sum + at(one).reduce((product, place) => product * sizes[place]!, 1), 0);
  const written = (alive: Stage["token"]): string => alive.map((one) => at(one).map((place) => symbols[place]).join(" × ")).join(" + ");
  const value = copies.token * elements(token) + copies.maskedPosition * elements(maskedPosition);
  const formula = `n × s × (${written(token)})${maskedPosition.length === 0 ? "" : ` + n × M × (${written(maskedPosition)})`}`;
  return receiptLeaf(name, value, formula, { ...lettersOf(sizes), n: copies.sequence, M: copies.maskedPosition / copies.sequence });
}
