import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { TestWorkplace } from "../test-workplace.js";

const place = new TestWorkplace();
afterAll(() => place.remove());

const weights = (run: string): string => readFileSync(place.at(`${run}/model.safetensors`)).toString("base64");

describe("pretrain", () => {
  it("packs and masks as it is told, and goes on so after an interruption", async () => {
    const models = [];
    for (const [i, more] of [[], ["--packing", "document"], ["--packing", "sentence"], ["--packing", "sentence", "--whole-word-masking"]].entries()) {
      expect((await place.bort(place.pretraining(`run-${i}`, ...more))).code).toBe(0);
      models.push(weights(`run-${i}`));
    }
    expect(new Set(models).size).toBe(4);
    const last = (...more: readonly string[]): string[] => place.pretraining("parts", "--packing", "sentence", "--whole-word-masking", ...more);
    expect((await place.bort(last(), /\b7\/10 /)).code).toBe(130);
    expect((await place.bort(last("--resume"))).code).toBe(0);
    expect(weights("parts")).toBe(models.at(-1));
  });
});
