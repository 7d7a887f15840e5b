import { usageError } from "./cli-error.js";
import { type Option, required, text } from "./options.js";

const written = text("W,W,...", "width of each layer, first layer first");

/** The option that names a shape; whether a space has it, the space says. */
export const shapeOption: Option<readonly number[]> = {
  ...required(written),
  read: (values, name) => {
    const given = required(written).read(values, name);
    if (/^\d+(,\d+)*$/.test(given)) return given.split(",").map(Number);
    throw usageError(`--${name} must be widths with commas between them, such as 120,240,120, got ${JSON.stringify(given)}`);
  },
};
