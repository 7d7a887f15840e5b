import { expect, it } from "vitest";
import { holdOut } from "./hold-out.js";
import { type TextExample } from "./text-task.js";

const examples: TextExample[] = Array.from({ length: 200 }, (_, i) => ({ text: `text ${i}`, label: i % 4 === 0 ? "rare" : "frequent" }));
const count = (some: readonly TextExample[], label: string): number => some.filter((example) => example.label === label).length;

it("holds out the same share of each label, and loses no example", () => {
  const { rest, heldOut } = holdOut(examples, 0.2, 1);
  expect([count(heldOut, "rare"), count(heldOut, "frequent")]).toEqual([10, 30]);
  expect([...rest, ...heldOut].map(({ text }) => text).sort()).toEqual(examples.map(({ text }) => text).sort());
  expect(holdOut(examples, 0.2, 1)).toEqual({ rest, heldOut });
  expect(holdOut(examples, 0.2, 2).heldOut).not.toEqual(heldOut);
});

it("keeps the examples of a group together", () => {
  const grouped = examples.map((example, i) => ({ ...example, group: String(i >> 2) }));
  const { rest, heldOut } = holdOut(grouped, 0.3, 5);
  expect(heldOut).toHaveLength(60);
  const groups = new Set(heldOut.map(({ group }) => group));
  expect(rest.some(({ group }) => groups.has(group))).toBe(false);
});

it.each([0, 1, -0.5, 0.001, Number.NaN])("refuses to leave a part empty: %d", (share) => {
  expect(() => holdOut(examples, share, 0)).toThrow(expect.objectContaining({ code: "data/bad-option" }));
});
