import { expect, it } from "vitest";
import { lowercase } from "./lowercase.js";

it.each([
  ["Straße ÉCOLE", "straße école"],
  ["ΟΔΟΣ", "οδοσ"],
  ["İ", "i\u0307"],
  ["𐐀𝒳", "𐐨𝒳"],
])("lowers %j to %j", (text, lowered) => {
  expect(lowercase(text)).toBe(lowered);
});
