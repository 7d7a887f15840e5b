import { expect, it } from "vitest";
import { confident, labelPreserving } from "./accept.js";

const sure = { text: "a", label: "yes", distribution: { yes: 0.9, no: 0.1 } };
const unsure = { text: "a", label: "yes", distribution: { yes: 0.6, no: 0.4 } };
const source = { text: "b", label: "yes" };

it("takes what Socrates is sure of", () => {
  expect([sure, unsure].map((made) => confident(0.8)(made, source))).toEqual([true, false]);
  expect(confident(0.6)(unsure, { ...source, label: "no" })).toBe(true);
});

it("takes what keeps the class of its source, with as much confidence as is asked for", () => {
  expect([sure, unsure].map((made) => labelPreserving()(made, source))).toEqual([true, true]);
  expect(labelPreserving()(sure, { ...source, label: "no" })).toBe(false);
  expect([sure, unsure].map((made) => labelPreserving({ least: 0.8 })(made, source))).toEqual([true, false]);
  expect([2.4, 2.6].map((value) => labelPreserving()({ text: "a", value }, { text: "b", value: 1.9 }))).toEqual([true, false]);
});

it.each([-0.1, 1.1, Number.NaN])("refuses a confidence of %d", (least) => {
  expect(() => confident(least)).toThrow(expect.objectContaining({ code: "agora/bad-option" }));
  expect(() => labelPreserving({ least })).toThrow(expect.objectContaining({ code: "agora/bad-option" }));
});

it("needs probabilities where confidence is asked for", () => {
  expect(() => confident(0.5)({ text: "a", label: "yes" }, source)).toThrow(expect.objectContaining({ code: "agora/bad-option" }));
});
