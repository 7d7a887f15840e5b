import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { inheritedExecArgv } from "./inherited-exec-argv.js";

const printArgv = "console.log(JSON.stringify(process.execArgv))";

describe("inheritedExecArgv", () => {
  it.each([
    ["-e", printArgv],
    ["--eval", printArgv],
    [`--eval=${printArgv}\n`],
    ["-pe", printArgv],
    ["--input-type=module", "-e", printArgv],
    ["--input-type", "commonjs", "--eval", printArgv],
  ])("leaves out the parent's own program: %s %s", (...own) => {
    const kept = ["--conditions", "@bort/source", "--max-old-space-size=300", "--no-warnings"];
    const seen = JSON.parse(execFileSync(process.execPath, [...kept, ...own], { encoding: "utf8" }).split("\n")[0]!) as string[];
    expect(seen).toEqual([...kept, ...own]);
    expect(inheritedExecArgv(seen)).toEqual(kept);
  });

  it("leaves out the inspector, whose port is taken", () => {
    expect(inheritedExecArgv(["--inspect", "--inspect-brk=9230", "--inspect-port", "0", "--expose-gc"])).toEqual(["--expose-gc"]);
  });
});
