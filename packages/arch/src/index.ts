export { type Accounting, accountings, type PaperAccounting } from "./accounting.js";
export { ArchError, type ArchErrorCode } from "./arch-error.js";
export { archFromJson, type ArchJson, archToJson, type LayerRun } from "./arch-json.js";
export { archOf, type ArchTuple, formatTuple, parseTuple, tupleOf } from "./arch-tuple.js";
export { type Axis, type AxisValues, type ValueRange } from "./design-space/axis.js";
export { type DesignSpace, designSpace, type DesignSpaceOptions, type MeasureRange, type NeighbourOptions } from "./design-space/design-space.js";
export { bortSpace, gridSpace, type GridSpace, parseSpace, type SpaceAxes } from "./design-space/grid-space.js";
export { schubertSpace, type SchubertSpaceOptions } from "./design-space/schubert-space.js";
export { sortBy, sortByParameters } from "./design-space/sort-by.js";
export { superShaperSpace, type SuperShaperSpaceOptions } from "./design-space/super-shaper-space.js";
export {
  type Activation, type Bottleneck, type EncoderArch, type LayerArch, maxSequence, type NarrowEmbedding, type Normalization, ownerOf, validateArch,
} from "./encoder-arch.js";
export { type FlopCount, flops, type FlopsOptions } from "./flops.js";
export { type HeadName, type Heads } from "./heads.js";
export { fromHfConfig, type HfConfig, hfExtrasOf, type HfExtras, type HfModelType, hfModelTypeOf, toHfConfig } from "./hf-config.js";
export { hfObstacle } from "./hf-config/hf-obstacle.js";
export { type MemoryBytes, memoryBytes, type MemoryCount, type MemoryOptions } from "./memory-bytes.js";
export { parameterCount, type ParameterCount, type ParameterCountOptions } from "./parameter-count.js";
export { parseCount } from "./parse-count.js";
export { type ParsedConfig, parseConfig } from "./parse-config.js";
export { type PresetName, presetNamed, presets } from "./presets.js";
export { type Preset } from "./presets/preset.js";
export { formatReceipt, type Receipt } from "./receipt.js";
export { sameArch, withoutDefaults } from "./same-arch.js";
export { schubertArch, type SchubertDimensions } from "./schubert-arch.js";
export { superShaperArch, type SuperShaperOptions } from "./super-shaper-arch.js";
export { type ArchFrame, uniformArch, type UniformArchOptions } from "./uniform-arch.js";
export { type ArchMeasure, betas, type LayerUnitCosts, matrixParameters, schubertBetas, type UnitCosts, unitCosts } from "./unit-costs.js";
