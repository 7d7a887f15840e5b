import { type Shape } from "@bort/predictors";

const paperLayers = 12;

/** Which of the paper's twelve layers, from 0, lies at the same share of the depth as a layer of some number of them: the layer itself where there are twelve. */
export function paperLayer(layer: number, layers: number): number {
  return layers === 1 ? 0 : Math.round((layer * (paperLayers - 1)) / (layers - 1));
}

/** A shape of twelve layers at another depth. */
export function resampled(shape: Shape, layers: number): Shape {
  return Array.from({ length: layers }, (_, layer) => shape[paperLayer(layer, layers)]!);
}

/** The layers, from 0, that lie where the paper's layers 2 to 5 do. */
export function earlyMiddleLayers(layers: number): number[] {
  return layersWithin(1, 4, layers);
}

/** Those that lie where its layers 6 to 11 do. */
export function laterMiddleLayers(layers: number): number[] {
  return layersWithin(5, 10, layers);
}

function layersWithin(first: number, last: number, layers: number): number[] {
  return Array.from({ length: layers }, (_, layer) => layer).filter((layer) => paperLayer(layer, layers) >= first && paperLayer(layer, layers) <= last);
}
