import {
  type DistillationTerm, type LastLayerForm, type PublishedObjective,
  attentionDistributions, attentionMaps, hiddenStates, lastLayer, publishedObjectives, selfRelations,
} from "@bort/distill";
import { usageError } from "./cli-error.js";
import { type Option, type OptionValues, choice, decimal, decimals, described, integer, withDefault } from "./options.js";

type ObjectiveName = "bort" | "bort-released" | "tinybert" | "minilm" | "minilm-v2";
type FormName = "correct" | "cross-entropy" | "as-released";

const objectives: Readonly<Record<ObjectiveName, PublishedObjective>> = {
  bort: publishedObjectives.bort, "bort-released": publishedObjectives.bortAsReleased, tinybert: publishedObjectives.tinyBert,
  minilm: publishedObjectives.miniLm, "minilm-v2": publishedObjectives.miniLmV2,
};
const forms: Readonly<Record<FormName, LastLayerForm>> = { correct: "correct", "cross-entropy": "crossEntropy", "as-released": "asReleased" };
const namesOf = <Table extends object>(table: Table): (keyof Table)[] => Object.keys(table) as (keyof Table)[];

/** Options that have the weight of a loss against a teacher, with the name of that. */
const weighed = {
  "distillation-weight": "distillation", "hidden-states-weight": "hiddenStates", "attention-maps-weight": "attentionMaps",
  "attention-distributions-weight": "attentionDistributions", "self-relations-weight": "selfRelations",
} as const;
type WeightName = keyof typeof weighed;

/** Options that say more of a loss, with the one that has its weight. */
const detailed = {
  temperature: "distillation-weight", "last-layer": "distillation-weight", "combine-teachers": "distillation-weight", "teacher-weights": "distillation-weight",
  "attention-heads": "attention-maps-weight", "relation-heads": "self-relations-weight",
} as const satisfies Readonly<Record<string, WeightName>>;

// A type, not an interface: a table of options is indexed by any name.
export type LossOptions = { readonly [Name in WeightName | "mlm-weight" | "temperature" | "relation-heads"]: Option<number | undefined> } & {
  readonly objective: Option<ObjectiveName>;
  readonly "last-layer": Option<FormName | undefined>;
  readonly "combine-teachers": Option<"probabilities" | "logits" | undefined>;
  readonly "teacher-weights": Option<readonly number[]>;
  readonly "attention-heads": Option<"same" | "mean" | undefined>;
};
type Losses = OptionValues<LossOptions>;

/** What a student learns from its labels and its teachers. */
export const lossOptions: LossOptions = {
  objective: withDefault(choice(namesOf(objectives), "published weights and losses, which the options below change"), "bort"),
  "mlm-weight": described(decimal("weight of the masked-language-model loss"), "0.5 by bort, 0.1 by bort-released, else 0"),
  "distillation-weight": described(decimal("weight of the loss between last layers"), "0.5 by bort and bort-released, else 0"),
  temperature: described(decimal("softens the last layers of both models"), "2"),
  "last-layer": described(choice(namesOf(forms), "form of the loss between last layers"), "as-released by bort-released, else correct"),
  "combine-teachers": described(choice(["probabilities", "logits"], "what of several teachers' last layers is averaged"), "probabilities"),
  "teacher-weights": described(decimals("the share of each teacher in that, in the order of --teacher"), "equal shares"),
  "hidden-states-weight": described(decimal("weight of the squared error of states, those of the first teacher as in all that follow"), "1 by tinybert, else 0"),
  "attention-maps-weight": described(decimal("weight of the squared error of attention scores"), "1 by tinybert, else 0"),
  "attention-heads": described(choice(["same", "mean"], "compare these head by head, or the mean over the heads of each model"), "same, which needs as many"),
  "attention-distributions-weight": described(decimal("weight of the divergence of the last attention; needs as many heads"), "1 by minilm, else 0"),
  "self-relations-weight": described(decimal("weight of the divergence of relations of queries, keys and values"), "1 by minilm (values alone) and minilm-v2, else 0"),
  "relation-heads": described(integer("parts that these vectors are cut into", 1), "the student's heads"),
};

/** The losses by the options that have their weights; of its other options each says what was given. */
const makers: Readonly<Record<WeightName, (options: Losses) => DistillationTerm>> = {
  "distillation-weight": ({ objective, temperature, "last-layer": form, "combine-teachers": combine, "teacher-weights": teacherWeights }) => lastLayer({
    form: form !== undefined ? forms[form] : objective === "bort-released" ? "asReleased" : "correct",
    ...(temperature !== undefined && { temperature }), ...(combine !== undefined && { combine }), ...(teacherWeights.length > 0 && { teacherWeights }),
  }),
  "hidden-states-weight": () => hiddenStates(),
  "attention-maps-weight": ({ "attention-heads": heads }) => attentionMaps(heads && { heads }),
  "attention-distributions-weight": () => attentionDistributions(),
  "self-relations-weight": ({ objective, "relation-heads": relationHeads }) =>
    selfRelations({ ...(objective === "minilm" && { of: ["value"] }), ...(relationHeads !== undefined && { relationHeads }) }),
};

/**
 * The weights and losses that the options ask for, a loss of weight 0 left out.
 *
 * @throws CliError `cli/usage` for what no loss would heed; DistillError `distill/bad-option`
 */
export function lossesOf(options: Losses, teachers: number): PublishedObjective {
  const published = objectives[options.objective];
  const weightOf = (name: WeightName): number => options[name] ?? published.terms.find((term) => term.name === weighed[name])?.weight ?? 0;
  const used = namesOf(weighed).filter((name) => weightOf(name) !== 0);
  requireHeeded(options, used, teachers);
  return { mlmWeight: options["mlm-weight"] ?? published.mlmWeight, terms: used.map((name) => ({ ...makers[name](options), weight: weightOf(name) })) };
}

function requireHeeded(options: Losses, used: readonly WeightName[], teachers: number): void {
  const given = namesOf(detailed).filter((name) => [options[name] ?? []].flat().length > 0);
  const idle = given.find((name) => !used.includes(detailed[name]));
  if (idle !== undefined) {
    throw usageError(`--${idle} is for the loss ${weighed[detailed[idle]]}, which has no weight here; give a --${detailed[idle]}, or leave it out`);
  }
  const lonely = given.find((name) => teachers === 1 && (name === "combine-teachers" || name === "teacher-weights"));
  if (lonely !== undefined) throw usageError(`--${lonely} is for several teachers; give more of them, or leave it out`);
  if (teachers > 1 && !used.includes("distillation-weight")) {
    throw usageError("several teachers teach last layers alone, layers are learned from the first; give one --teacher, or a --distillation-weight");
  }
}
