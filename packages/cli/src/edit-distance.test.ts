import { describe, expect, it } from "vitest";
import { editDistance } from "./edit-distance.js";

describe("editDistance", () => {
  it.each([["", "", 0], ["", "abc", 3], ["abc", "", 3], ["steps", "steps", 0], ["stesp", "steps", 2], ["kitten", "sitting", 3], ["step", "steps", 1]])(
    "%s to %s is %i", (from, to, distance) => expect(editDistance(from, to)).toBe(distance));
});
