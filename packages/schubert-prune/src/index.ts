export { SchubertError, type SchubertErrorCode } from "./schubert-error.js";
export { cutModel } from "./cut-model.js";
export { alphaName, foldAlphas } from "./fold-alphas.js";
export { type Alphas, prunableGraph } from "./prunable-graph.js";
export { archWith, type Dimension, dimensions, type KeptUnits, parseDimensions, type UnitCounts, type UnitValues, type UnitVector, unitVectors } from "./unit-vectors.js";
