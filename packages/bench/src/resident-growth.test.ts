import { afterEach, describe, expect, it, vi } from "vitest";
import { residentGrowth } from "./resident-growth.js";

afterEach(() => void vi.restoreAllMocks());

describe("residentGrowth", () => {
  it("compares the ten samples after the warm-up with the last ten", async () => {
    let acts = 0;
    vi.spyOn(process, "memoryUsage").mockImplementation(() => ({ rss: 1000 + acts, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }));
    const beforeSample = vi.fn();
    const growth = await residentGrowth(async () => acts++, { times: 100, warmUp: 20, beforeSample });
    expect(acts).toBe(100);
    expect(growth).toEqual({ earlyBytes: 1025.5, lateBytes: 1095.5, ratio: 1095.5 / 1025.5 });
    expect(beforeSample).toHaveBeenCalledTimes(20);
  });

  it("refuses too few times", async () => {
    await expect(residentGrowth(async () => undefined, { times: 29, warmUp: 20 })).rejects.toMatchObject({ code: "bench/bad-option" });
  });
});
