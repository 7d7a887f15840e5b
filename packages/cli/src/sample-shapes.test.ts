import { withBackend } from "@bort/backend";
import { openPreparedCorpus } from "@bort/data";
import { ShapeSpace } from "@bort/supershaper";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { barsOn } from "./progress.js";
import { batchesOf } from "./run-corpus.js";
import { distinctDraws, sampleShapes } from "./sample-shapes.js";
import { SampleTable } from "./sample-table.js";
import { openSupernet } from "./supernet-folder.js";
import { smallWidths, SupernetWorkplace } from "./test-supernets.js";
import { shapeOf } from "./training-options.js";

const place = new SupernetWorkplace();
beforeAll(async () => {
  await place.ok(place.supernet(undefined, "net", ...smallWidths));
}, 60_000);
afterAll(() => place.remove());

const silent = { write: (): void => {} };

it("tells how many shapes are kept where the user leaves while a network is timed", async () => {
  const supernet = openSupernet(place.at("net"));
  const { space, tokenizer } = supernet;
  const leaving = new AbortController();
  let timed = 0;
  vi.spyOn(space, "arch").mockImplementation((shape) => {
    timed++;
    if (timed === 2) leaving.abort();
    return ShapeSpace.prototype.arch.call(space, shape);
  });
  const form = shapeOf(2, 16);
  const prepared = openPreparedCorpus(place.at("net/corpus"), tokenizer);
  try {
    const { validation: batches } = batchesOf(prepared, form, 0, 1);
    const left = withBackend({ threads: 1 }, (backend) => sampleShapes({
      backend, supernet, shapes: distinctDraws(space, 3, 0), table: new SampleTable(place.at("timed.jsonl"), {}), form, batches, latency: true,
      bars: barsOn({ stdout: silent, stderr: silent }, true), signal: leaving.signal,
    }));
    await expect(left).rejects.toMatchObject({ name: "Interruption", message: "interrupted after 1 of 3 shapes, which are kept; the same command goes on", resumable: false });
  } finally {
    prepared.close();
  }
  expect(place.lines("timed.jsonl")).toEqual([expect.objectContaining({ latency: expect.any(Number) })]);
});
