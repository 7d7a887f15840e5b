import { type EncoderArch } from "@bort/arch";
import { type Node } from "@bort/graph";
import { type MlmNodes, type MlmShape, type ParameterNodes, type ParameterSpec } from "@bort/nn";

/** Every logit of a teacher at the masked places. */
export interface AllLogits {
  readonly kind: "all";
  /** `[rows, vocabulary]`. */
  readonly logits: Node;
}

/** The largest logits of a teacher at each masked place, and the mass of all others. */
export interface TopLogits {
  readonly kind: "top";
  /** Where they are in the flat `[rows * vocabulary]`: `i32[rows, k]`. */
  readonly places: Node;
  /** `[rows, k]`. */
  readonly logits: Node;
  /** log sum exp(logit / temperature) of the others: `[rows, 1]`. */
  readonly rest: Node;
}

/** What a term can have of a teacher, as inputs of the student's graph. */
export interface TeacherView {
  readonly arch: EncoderArch;
  /** The logits at the masked places, not softened; `temperature` is that of the others' mass. */
  logits(temperature: number): AllLogits | TopLogits;
  /**
   * The value of a node of the teacher's network, or of one computed from it.
   *
   * @throws DistillError `distill/bad-option` where only the teacher's logits are there.
   */
  read(node: (nodes: MlmNodes) => Node): Node;
}

/** What a term is computed from. */
export interface TermInputs {
  readonly arch: EncoderArch;
  readonly shape: MlmShape;
  readonly student: MlmNodes;
  readonly teachers: readonly TeacherView[];
  /** The term's own parameters, by their names in `DistillationTerm.parameters`. */
  readonly parameters: ParameterNodes;
}

/** One loss against teachers. */
export interface DistillationTerm {
  /** Names the term's metric and its parameters: another for each term of an objective. */
  readonly name: string;
  readonly weight: number;
  /** What sets it apart from other terms of its name: a checkpoint of another is not resumed. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** What is trained with the student for this term alone. Default: nothing. */
  parameters?(student: EncoderArch, teachers: readonly EncoderArch[]): readonly ParameterSpec[];
  /** A scalar, before the weight. */
  loss(inputs: TermInputs): Node;
}
