import { presetNamed } from "@bort/arch";
import { type Shape } from "@bort/predictors";

export type TemplateName = "bottle" | "diamond" | "inverted-bottle" | "inverted-diamond" | "lower-triangle" | "rectangle" | "upper-triangle";

const names: readonly TemplateName[] = ["bottle", "diamond", "inverted-bottle", "inverted-diamond", "lower-triangle", "rectangle", "upper-triangle"];

/** Seven shapes of the paper's space with 58 to 65 million parameters. Source: SuperShaper, table 6. */
export const templateShapes: Readonly<Record<TemplateName, Shape>> =
  Object.fromEntries(names.map((name) => [name, shapeOfPreset(`supershaper-${name}`)])) as Record<TemplateName, Shape>;

/** The shape of a network of SuperShaper that is a preset of `@bort/arch`; @throws ArchError `arch/unknown-preset` */
export function shapeOfPreset(name: string): Shape {
  return presetNamed(name).layers.map(({ width }) => width!);
}
