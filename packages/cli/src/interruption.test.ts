import { describe, expect, it } from "vitest";
import { resumeLine } from "./interruption.js";

describe("resumeLine", () => {
  it("adds --resume once", () => {
    expect(resumeLine(["pretrain", "--steps", "5"])).toBe("bort pretrain --steps 5 --resume");
    expect(resumeLine(["pretrain", "--resume"])).toBe("bort pretrain --resume");
  });

  it("quotes what a shell would take apart", () => {
    expect(resumeLine(["pretrain", "--out", "my run", "--corpus", "it's"])).toBe(String.raw`bort pretrain --out 'my run' --corpus 'it'\''s' --resume`);
  });
});
