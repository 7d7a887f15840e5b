export { ArchError, type ArchErrorCode } from "./arch-error.js";
export { type ArchFrame, archOf, type ArchTuple, formatTuple, parseTuple, tupleOf } from "./arch-tuple.js";
export { bortOperations, bortParameters } from "./bort-equations.js";
export { bortSpace, gridSpace, type GridSpace, parseSpace, sortByParameters, type SpaceAxes } from "./design-space.js";
export {
  type Activation, type EncoderArch, type LayerArch, maxSequence, uniformArch, type UniformArchOptions, validateArch,
} from "./encoder-arch.js";
export { backwardFlops, flops, type FlopsOptions } from "./flops.js";
export { type HeadName, type Heads } from "./heads.js";
export { fromHfConfig, type HfConfig, hfExtrasOf, type HfExtras, toHfConfig } from "./hf-config.js";
export { parameterCount, type ParameterCount, type ParameterCountOptions } from "./parameter-count.js";
export { type Preset, type PresetName, presetNamed, presets } from "./presets.js";
