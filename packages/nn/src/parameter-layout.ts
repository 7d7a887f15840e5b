import { sizeOf } from "@bort/graph";
import { NnError } from "./nn-error.js";
import { type ParameterSpec } from "./parameter-spec.js";

/** Elements that an optimizer's program updates at a time in a small model: groups are padded to whole chunks, and padding is updated, too. */
export const SMALL_CHUNK = 65_536;
/** The same in a large model: fewer calls, and fewer times that threads meet. */
const LARGE_CHUNK = 262_144;
/** A model is large where the padding of two groups is an eighth of it at most. */
const chunkSizeFor = (elements: number): number => (elements < 16 * LARGE_CHUNK ? SMALL_CHUNK : LARGE_CHUNK);

/** How one parameter is trained. */
export interface ParameterTreatment {
  /** Factor of the learning rate, above 0. Default 1. */
  readonly learningRateFactor?: number;
  /** Weight decay: the optimizer's (`true`), none (`false`), or this rate in its place. Default: the `decay` of the parameter. */
  readonly decay?: boolean | number;
  /** Left as it is: it has no gradient and no optimizer state. Default false. */
  readonly frozen?: boolean;
}

/** Says how each parameter is trained; `{}` is the default. */
export type ParameterRule = (spec: ParameterSpec) => ParameterTreatment;

/** A run of whole chunks whose parameters are trained alike. */
export interface ParameterGroup {
  readonly learningRateFactor: number;
  readonly decay: boolean | number;
  /** In their order in the buffer. */
  readonly parameters: readonly ParameterSpec[];
  readonly start: number;
  readonly end: number;
}

/** Where every parameter lies in a flat buffer: a group after the other, each padded to whole chunks, then the frozen parameters. */
export interface ParameterLayout {
  readonly specs: readonly ParameterSpec[];
  /** Those with the optimizer's weight decay first, then those without, then others as they come; none is empty. */
  readonly groups: readonly ParameterGroup[];
  readonly frozen: readonly ParameterSpec[];
  /** Elements of a chunk. */
  readonly chunkSize: number;
  /** Elements of the groups, padding included: the length of a gradient and of an optimizer's vector. */
  readonly trainedSize: number;
  /** Elements of the whole buffer. */
  readonly size: number;
  offsetOf(name: string): number;
}

/**
 * The layout of parameters that are trained as `rule` says.
 *
 * @throws NnError `nn/bad-option` for a factor or a weight decay that cannot be.
 */
export function layoutOf(specs: readonly ParameterSpec[], rule: ParameterRule = () => ({})): ParameterLayout {
  const { kinds, frozen } = sorted(specs, rule);
  const chunkSize = chunkSizeFor(kinds.flatMap(({ parameters }) => parameters).reduce((sum, { shape }) => sum + sizeOf(shape), 0));
  const offsets = new Map<string, number>();
  let end = 0;
  const place = ({ name, shape }: ParameterSpec): void => {
    offsets.set(name, end);
    end += sizeOf(shape);
  };
  const groups = kinds.map((kind): ParameterGroup => {
    const start = end;
    kind.parameters.forEach(place);
    end = start + Math.ceil((end - start) / chunkSize) * chunkSize;
    return { ...kind, start, end };
  });
  const trainedSize = end;
  frozen.forEach(place);
  return { specs, groups, frozen, chunkSize, trainedSize, size: end, offsetOf: (name) => offsets.get(name)! };
}

/** The layout without its frozen parameters: that of a gradient. */
export function trainedPart(layout: ParameterLayout): ParameterLayout {
  const frozen = new Set(layout.frozen);
  return { ...layout, specs: layout.specs.filter((spec) => !frozen.has(spec)), frozen: [], size: layout.trainedSize };
}

type Kind = Pick<ParameterGroup, "learningRateFactor" | "decay"> & { readonly parameters: ParameterSpec[] };

/** Parameters by how they are trained. */
function sorted(specs: readonly ParameterSpec[], rule: ParameterRule): { kinds: Kind[]; frozen: ParameterSpec[] } {
  const usual = [true, false].map((decay): Kind => ({ learningRateFactor: 1, decay, parameters: [] }));
  const kinds = new Map(usual.map((kind) => [keyOf(kind), kind]));
  const frozen: ParameterSpec[] = [];
  for (const spec of specs) {
    const { frozen: isFrozen, ...treatment } = checked(spec, rule(spec));
    const kind = kinds.get(keyOf(treatment)) ?? { ...treatment, parameters: [] };
    if (!isFrozen) kinds.set(keyOf(kind), kind);
    (isFrozen ? frozen : kind.parameters).push(spec);
  }
  return { kinds: [...kinds.values()].filter(({ parameters }) => parameters.length > 0), frozen };
}

const keyOf = ({ learningRateFactor, decay }: Pick<ParameterGroup, "learningRateFactor" | "decay">): string => `${learningRateFactor} ${decay}`;

function checked({ name, decay: ownDecay }: ParameterSpec, treatment: ParameterTreatment): Required<ParameterTreatment> {
  const { learningRateFactor = 1, decay = ownDecay, frozen = false } = treatment;
  if (!(learningRateFactor > 0 && learningRateFactor < Infinity)) {
    throw new NnError("nn/bad-option", `nn: the learning rate factor of "${name}" must be a number above 0, got ${learningRateFactor}; say frozen to leave it as it is`);
  }
  if (typeof decay === "number" && !(decay >= 0 && decay < Infinity)) {
    throw new NnError("nn/bad-option", `nn: the weight decay of "${name}" must be a number from 0, got ${decay}`);
  }
  return { learningRateFactor, decay: decay === 0 ? false : decay, frozen };
}
