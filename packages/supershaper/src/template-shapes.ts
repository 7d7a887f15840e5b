import { presetNamed } from "@bort/arch";
import { type Shape } from "@bort/predictors";
import { resampled } from "./paper-layer.js";
import { paperWidths, type ShapeSpace } from "./shape-space.js";
import { SuperShaperError } from "./supershaper-error.js";

export type TemplateName = "bottle" | "diamond" | "inverted-bottle" | "inverted-diamond" | "lower-triangle" | "rectangle" | "upper-triangle";

const names: readonly TemplateName[] = ["bottle", "diamond", "inverted-bottle", "inverted-diamond", "lower-triangle", "rectangle", "upper-triangle"];

/** Seven shapes of the paper's space with 58 to 65 million parameters. Source: SuperShaper, table 6. */
export const templateShapes: Readonly<Record<TemplateName, Shape>> =
  Object.fromEntries(names.map((name) => [name, shapeOfPreset(`supershaper-${name}`)])) as Record<TemplateName, Shape>;

/** A template in any space: each layer takes, of its own widths, the one as far up its list as the template's width is up the paper's, at the same share of the depth. */
export function templateIn({ widths, layers }: ShapeSpace, name: TemplateName): Shape {
  return resampled(templateShapes[name], layers).map((width, layer) => {
    const list = widths[layer]!;
    return list[Math.round((paperWidths.indexOf(width) * (list.length - 1)) / (paperWidths.length - 1))]!;
  });
}

/** The shape of a network of SuperShaper that is a preset of `@bort/arch`; @throws ArchError `arch/unknown-preset`; SuperShaperError `supershaper/bad-shape` for another network */
export function shapeOfPreset(name: string): Shape {
  const { bottleneck, layers } = presetNamed(name);
  if (bottleneck?.kind === "linear") return layers.map(({ width }) => width!);
  throw new SuperShaperError("supershaper/bad-shape", `supershaper: a shape needs a preset with linear bottlenecks, got ${name}; give a network of SuperShaper, such as supershaper-63m`);
}
