import { expect, it, vi } from "vitest";
import { command } from "./search-cost.js";
import { type SearchCostOptions } from "../search-cost/measure-search-cost.js";

vi.mock("../search-cost/measure-search-cost.js", () => ({
  measureSearchCost: async ({ spaceSize, epsilon }: SearchCostOptions) => {
    const seconds = 0.5 + (0.1 * spaceSize) / epsilon;
    return { spaceSize, epsilon, trials: spaceSize / epsilon, seconds, insideSeconds: 0.96 * seconds, outsideShare: 0.04 };
  },
}));
vi.spyOn(process.stderr, "write").mockReturnValue(true);

const flags = { engine: "onnx", threads: "1" };

it("tells what a point of the space costs, and whether the share outside is within 5%", async () => {
  const { text, files, result } = await command.run([], { ...flags, candidates: "tiny" });
  expect(text).toContain("epsilon 1: 0.50 s + 100.0 ms a point of the space");
  expect(text).toContain("epsilon 2: 0.50 s + 50.0 ms a point of the space");
  expect(text).toContain("at most 4.0% outside the backend, within 5%");
  expect(Object.keys(files!)).toEqual(["search-cost-onnx.json"]);
  const { kinds } = result as { kinds: { name: string; costs: { spaceSize: number; epsilon: number }[] }[] };
  expect(kinds.map(({ name, costs }) => [name, costs.map(({ spaceSize, epsilon }) => `${spaceSize}/${epsilon}`).join(" ")])).toEqual([
    ["tiny", "10/1 30/1 100/1 300/1 10/2 30/2 100/2 300/2"],
  ]);
});

it("refuses arguments, kinds that there are not, and fewer than two spaces", async () => {
  await expect(command.run(["x"], flags)).rejects.toMatchObject({ code: "bench/bad-option" });
  await expect(command.run([], { ...flags, candidates: "huge" })).rejects.toMatchObject({ code: "bench/bad-option" });
  await expect(command.run([], { ...flags, most: "10" })).rejects.toMatchObject({ code: "bench/bad-option" });
});
