import { usageError } from "./cli-error.js";
import { anyList, described, type Option } from "./options.js";
import { type Widths } from "./supernet-space.js";

const written = anyList("W", "widths that every layer may have, multiples of the heads; or those of each layer, with commas, and slashes between layers, as 64,128/64/128");

/** The option that gives layers their widths: `64 128` or `64,128` to all of them, `64,128/64/128` to each its own; whether a network has them, `spaceOf` says. */
export const widthsOption: Option<Widths | undefined> = described({
  ...written,
  read: (values, name) => {
    if (values.length === 0) return undefined;
    const given = values.join(",");
    const layers = given.split("/").map((list) => list.split(",").map(Number));
    if (/^[\d,/]+$/.test(given) && layers.flat().every((width) => Number.isSafeInteger(width) && width >= 1)) return layers.length === 1 ? layers[0]! : layers;
    throw usageError(`--${name} must be whole numbers from 1 for all layers, such as 64 128, or for each with slashes between layers, such as 64,128/64/128, got ${JSON.stringify(values.join(" "))}`);
  },
}, "as in --model, or up to seven in SuperShaper's proportions");
