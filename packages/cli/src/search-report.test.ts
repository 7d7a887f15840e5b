import { existsSync, readFileSync } from "node:fs";
import { type Certificate } from "@bort/fptas";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestWorkplace } from "./test-workplace.js";

const place = new TestWorkplace();
beforeAll(async () => {
  expect((await place.bort(place.pretraining("teacher"))).code).toBe(0);
});
afterAll(() => place.remove());

const page = (out: string): string => readFileSync(place.at(`${out}/report.html`), "utf8");

describe("extract --report", () => {
  it("writes the ranking, the Pareto view and the certificate", async () => {
    const { code, stdout } = await place.bort(place.search("teacher", "reported", "--report"));
    expect(code).toBe(0);
    expect(stdout).toMatch(/certificate: of 9 conditions \d.*\nreport: .*report\.html\nchosen: /);
    for (const heading of ["Ranking by W", "Pareto view", "Certificate"]) expect(page("reported")).toContain(`<h2>${heading}</h2>`);
    expect(page("reported")).toContain("latency i, FLOPs");
    expect(page("reported")).not.toContain(place.folder);
  });

  it("is written afterwards too, without a trial or a measurement being made again", async () => {
    const measured = place.search("teacher", "later", "--space", place.write("small.json", JSON.stringify({ depth: [1], heads: [1, 2], hidden: [8], intermediate: [8] })))
      .map((arg) => (arg === "flops" ? "measured" : arg));
    const { code } = await place.bort(measured);
    expect([0, 2]).toContain(code); // On a busy machine every candidate may look slower than its maximum point, which is an answer as well.
    if (code === 2) return;
    expect(existsSync(place.at("later/report.html"))).toBe(false);
    const trials = readFileSync(place.at("later/trials.jsonl"), "utf8");
    expect((await place.bort([...measured, "--resume", "--report"])).code).toBe(0);
    expect(readFileSync(place.at("later/trials.jsonl"), "utf8")).toBe(trials);
    expect(page("later")).toMatch(/Latencies are medians on 2 x \d+ tokens, measured in turn on .* with 1 thread: up to 15 repeats each/);
  });

  it("of a search by another strategy has no certificate", async () => {
    const args = place.search("teacher", "random", "--report", "--strategy", "random", "--trials", "2", "--json").filter((arg, i, all) => arg !== "--epsilon" && all[i - 1] !== "--epsilon");
    const { code, json } = await place.bort(args);
    expect(code).toBe(0);
    expect(json()).not.toHaveProperty("certificate");
    expect(page("random")).not.toContain("<h2>Certificate</h2>");
    expect(page("random")).toContain("<dd>random</dd>");
  });
});

describe("extract --seeds", () => {
  it("gives W an interval, and says whether the winner is separated", async () => {
    const { code, stdout } = await place.bort(place.search("teacher", "seeds", "--seeds", "3", "--steps", "2", "--report"));
    expect(code).toBe(0);
    expect(stdout).toMatch(/95% interval/);
    expect(stdout).toMatch(/leads .* with 3 seeds each; at the 95% level the first is (not )?separated from the second/);
    expect(page("seeds")).toContain("95% interval of W");
  });

  it("tells every error, and is resumed with as many alone", async () => {
    const args = place.search("teacher", "two", "--seeds", "2", "--json");
    const { json } = await place.bort(args);
    const { trials, certificate } = json() as unknown as { trials: { error: number; errors: number[] }[]; certificate: Certificate };
    for (const { error, errors } of trials) {
      expect(new Set(errors).size).toBe(2);
      expect(error).toBe((errors[0]! + errors[1]!) / 2);
    }
    expect(certificate).toMatchObject({ seeds: 2, trials: 4, lipschitzLowerBound: expect.any(Number) });
    expect(certificate.strong.find(({ name }) => name === "bounded stochastic gradients")!.status).toBe("holds");
    place.write("two/run.json", place.bytes("two/run.json").toString().replace(/"seeds": 2/, '"seeds": 3')); // So that it is the log that tells.
    const other = await place.bort(place.search("teacher", "two", "--seeds", "3", "--resume"));
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining("seeds") });
  });
});
