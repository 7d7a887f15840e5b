import { random } from "@bort/data";
import { type MeasuredQuantity, type ShapeTable } from "./shape-table.js";

/** For tests: shapes of three layers whose perplexity falls, or whose latency rises, with every width. */
export function madeUpTable(count: number, quantity: MeasuredQuantity): ShapeTable {
  const rng = random(count, "made-up-table");
  const rows = Array.from({ length: count }, () => {
    const shape = Array.from({ length: 3 }, () => 12 * (1 + rng.integer(60)));
    const sum = shape.reduce((total, width) => total + width, 0);
    return { shape, value: quantity === "perplexity" ? 5 + shape.reduce((total, width) => total + 60 / width, 0) : 0.1 + sum / 1e4, parameters: 1000 * sum };
  });
  return { name: "made up", quantity, rows };
}
