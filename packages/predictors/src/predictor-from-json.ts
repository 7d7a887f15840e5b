import { isJsonObject } from "@bort/data";
import { type LinearModel, linearPredictor } from "./linear-predictor.js";
import { type PairwiseModel, pairwisePredictor } from "./pairwise-predictor.js";
import { type Predictor } from "./predictor.js";
import { PredictorsError } from "./predictors-error.js";
import { type ShapeFeatures } from "./shape-features.js";
import { type TreesModel, treesPredictor } from "./trees-predictor.js";

/** A fitted model of any kind, as `toJSON` gives it. */
export type PredictorModel = LinearModel | PairwiseModel | TreesModel;

/**
 * The predictor of a saved model. One that was fitted with features beside the widths needs the same function of features, which `predict` checks.
 *
 * @throws PredictorsError `predictors/bad-json` for what no predictor's `toJSON` gave
 */
export function predictorFromJson(json: unknown, { features }: { readonly features?: ShapeFeatures } = {}): Predictor {
  const { kind } = (json ?? {}) as { readonly kind?: unknown };
  if (kind === "pairwise" && isPairwise(json)) return pairwisePredictor(json);
  if (kind === "trees" && isTrees(json)) return treesPredictor(json, features);
  if (kind === "linear" && isLinear(json)) return linearPredictor(json, features);
  throw new PredictorsError("predictors/bad-json", `predictors: this is no predictor's JSON, or one of another version (kind ${JSON.stringify(kind)}); fit it again and save what toJSON() gives`);
}

const isNumber = (value: unknown): value is number => Number.isFinite(value);
const isIndex = (value: unknown, below: number): value is number => Number.isInteger(value) && (value as number) >= 0 && (value as number) < below;
const isNumbers = (value: unknown, length?: number): value is number[] => Array.isArray(value) && value.every(isNumber) && (length === undefined || value.length === length);

/** The number of layers; undefined where it is no range. */
function layersOf(range: unknown): number | undefined {
  return isJsonObject(range) && isNumbers(range["least"]) && range["least"].length > 0 && isNumbers(range["most"], range["least"].length) ? range["least"].length : undefined;
}

const isTarget = (value: unknown): boolean => value === "value" || value === "logarithm";

function isPairwise(json: unknown): json is PairwiseModel {
  if (!isJsonObject(json) || !isTarget(json["target"]) || !isNumber(json["constant"])) return false;
  const layers = layersOf(json["range"]);
  const { polynomials, terms } = json;
  if (layers === undefined || !isJsonObject(polynomials) || !isNumbers(polynomials["centres"]) || !isNumbers(polynomials["scales"], polynomials["centres"].length)) return false;
  const degrees = polynomials["centres"].length;
  const isTerm = (term: unknown): boolean => {
    if (!isJsonObject(term) || !isNumbers(term["degrees"], 2) || !term["degrees"].every((degree) => isIndex(degree, degrees + 1))) return false;
    return isNumbers(term["coefficients"], term["degrees"][1] === 0 ? layers : layers - 1);
  };
  return Array.isArray(terms) && terms.every(isTerm);
}

function isTrees(json: unknown): json is TreesModel {
  if (!isJsonObject(json) || !isNumber(json["base"]) || !isNumber(json["features"])) return false;
  const layers = layersOf(json["range"]);
  const { trees, features } = json;
  return layers !== undefined && features >= layers && Array.isArray(trees) && trees.every((tree) => isTree(tree, features));
}

function isTree(node: unknown, features: number): boolean {
  if (!isJsonObject(node)) return false;
  if (!("feature" in node)) return isNumber(node["value"]);
  return isIndex(node["feature"], features) && isNumber(node["threshold"]) && isNumber(node["gain"]) && isTree(node["left"], features) && isTree(node["right"], features);
}

function isLinear(json: unknown): json is LinearModel {
  if (!isJsonObject(json) || !isTarget(json["target"]) || !isNumber(json["intercept"]) || !isNumbers(json["coefficients"])) return false;
  const layers = layersOf(json["range"]);
  return layers !== undefined && json["coefficients"].length >= layers;
}
