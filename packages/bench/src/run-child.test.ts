import { expect, it } from "vitest";
import { runChild } from "./run-child.js";

const node = (code: string, env?: NodeJS.ProcessEnv): Promise<unknown> => runChild(process.execPath, ["-e", code], env);

it("gives the JSON of the last line", async () => {
  expect(await node(`console.log("warming up"); console.log(JSON.stringify({ ms: 3, by: process.env.NAME }));`, { NAME: "x" })).toEqual({ ms: 3, by: "x" });
});

it.each([
  [`console.error("first"); console.error("no torch"); process.exit(3)`, /ended with 3: no torch/],
  [`process.kill(process.pid, "SIGKILL")`, /ended with SIGKILL: it said nothing/],
  [`console.log("done")`, /must print a line of JSON at its end, got "done"/],
])("refuses %s", async (code, message) => {
  await expect(node(code)).rejects.toMatchObject({ code: "bench/child-failed", message: expect.stringMatching(message) });
});

it("refuses a command that is not there", async () => {
  await expect(runChild("no-such-command-of-ours", [])).rejects.toMatchObject({ code: "bench/child-failed", message: expect.stringContaining("ENOENT") });
});
