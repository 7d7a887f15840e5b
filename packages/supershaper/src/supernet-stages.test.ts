import { nativeBackend } from "@bort/backend-native";
import { slopeName } from "@bort/graph";
import { afterAll, describe, expect, it } from "vitest";
import { embeddingStage, layerStage } from "./supernet-stages.js";
import { testFrame, testSupernet, unusualArchs } from "./test-supernets.js";

const frame = testFrame(testSupernet());
const native = await nativeBackend({ threads: 2 }).catch(() => undefined);
afterAll(async () => native?.close());

describe("embeddingStage", () => {
  it.each([
    [frame.arch, [3, 7, 24]], [unusualArchs["narrow tables"]!, [3, 7, 10]], [unusualArchs["narrow words, three at once"]!, [40, 8]],
  ] as const)("gives the gradients of the words that are looked up, and of the table where neighbours are, too", (arch, shape) => {
    const stage = embeddingStage({ ...frame, arch });
    expect(stage.backward[slopeName("embeddings.word")]!.shape).toEqual(shape);
    const runs = stage.runsOf({ ids: Int32Array.of(4, 0, 4) }).get("embeddings.word");
    expect(runs).toEqual(shape.length === 2 ? undefined : { starts: [4 * shape[2], 0, 4 * shape[2]], length: shape[2] });
  });
});

describe("layerStage", () => {
  it.skipIf(native === undefined).each(["forward", "backward"] as const)("copies no value on the way: %s", (way) => {
    const plan = native!.explain(layerStage(frame, 8)[way]);
    const idle = plan.split("\n").filter((line) => {
      const [, target] = /kernel .* -> (\S+) {2}$/.exec(line) ?? []; // It computes nothing, or sums columns, which are then combined.
      return target !== undefined && !plan.includes(`combine ${target} `);
    });
    expect(idle.filter((line) => !line.includes("layer."))).toEqual([]); // The three slices of a projection are brought together.
  });
});
