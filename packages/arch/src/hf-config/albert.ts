import { ArchError } from "../arch-error.js";
import { type EncoderArch, validateArch } from "../encoder-arch.js";
import { sizeFieldOr } from "../json-fields.js";
import { uniformArch } from "../uniform-arch.js";
import { readBertFields, writeBertFields } from "./bert-fields.js";
import { bertDropouts, type HfFamily } from "./hf-family.js";

/**
 * ALBERT: embeddings widened by a linear map, even where they are of the hidden size, and layers that share parameters (section 3.1).
 *
 * The encoder is `num_hidden_layers` stacks of `inner_group_num` layers; each stack computes with the parameters of one of
 * `num_hidden_groups` groups.
 */
export const albert: HfFamily = {
  classPrefix: "Albert",
  poolerClasses: ["Model", "ForPreTraining", "ForSequenceClassification", "ForMultipleChoice"],
  headsField: "num_attention_heads",
  ...bertDropouts(0, 0),
  spellings: ["hidden_act", "num_hidden_layers", "num_hidden_groups", "inner_group_num"],
  read: (config, pooler) => {
    const options = readBertFields(config, { activation: "geluTanh", padTokenId: 0 });
    const groups = { stacks: options.depth, groups: sizeFieldOr(config, "num_hidden_groups", 1), inner: sizeFieldOr(config, "inner_group_num", 1) };
    if (groups.groups > groups.stacks) throw unusedGroups(groups);
    const arch = uniformArch({ ...options, depth: groups.stacks * groups.inner, pooler });
    const sharing = sharingOf(groups);
    return validateArch({
      ...arch,
      embedding: { kind: "projected", size: sizeFieldOr(config, "embedding_size", 128) },
      ...(groups.groups === groups.stacks ? {} : { sharing }),
    });
  },
  write: (arch) => {
    const { stacks, groups, inner } = groupsOf(arch);
    return {
      ...writeBertFields(arch),
      num_hidden_layers: stacks,
      num_hidden_groups: groups,
      inner_group_num: inner,
      embedding_size: arch.embedding?.size ?? arch.hiddenSize,
    };
  },
};

interface Groups {
  readonly stacks: number;
  readonly groups: number;
  readonly inner: number;
}

/** Which layer owns the parameters of each; stack i has group floor(i / (stacks / groups)), in float64 as transformers computes it. */
function sharingOf({ stacks, groups, inner }: Groups): number[] {
  const sharing: number[] = [];
  const firstStack: number[] = [];
  for (let stack = 0; stack < stacks; stack++) {
    const owner = firstStack[Math.floor(stack / (stacks / groups))] ??= stack;
    for (let layer = 0; layer < inner; layer++) sharing.push(owner * inner + layer);
  }
  return sharing;
}

/** The groups, with as few layers each as possible, by which layers share as in `arch`; where there are none, a group for every layer. */
function groupsOf({ layers, sharing }: EncoderArch): Groups {
  const depth = layers.length;
  const owners = sharing?.filter((owner, index) => owner === index).length ?? depth;
  for (let inner = 1; inner <= owners; inner++) {
    if (depth % inner !== 0 || owners % inner !== 0) continue;
    const found = { stacks: depth / inner, groups: owners / inner, inner };
    if (sharing === undefined || sharingOf(found).every((owner, index) => owner === sharing[index])) return found;
  }
  return { stacks: depth, groups: depth, inner: 1 };
}

function unusedGroups({ stacks, groups }: Groups): ArchError {
  return new ArchError("arch/unsupported-config",
    `arch: config.json "num_hidden_groups" must be at most num_hidden_layers ${stacks}, since no layer uses the others, got ${groups}; lower it`);
}
