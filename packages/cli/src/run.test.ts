import { afterAll, describe, expect, it } from "vitest";
import { commands, run } from "./run.js";
import { TestWorkplace } from "./test-workplace.js";
import { version } from "./version.js";

const place = new TestWorkplace();
afterAll(() => place.remove());

describe("run", () => {
  it("says what there is, without color codes", async () => {
    for (const args of [[], ["--help"]]) {
      const { code, stdout } = await place.bort(args);
      expect(code).toBe(0);
      for (const { name } of commands) expect(stdout).toContain(name);
      expect(stdout).not.toContain("\u001b");
    }
    expect(await place.bort(["--version"])).toMatchObject({ code: 0, stdout: `${version}\n` });
  });

  it.each(commands.map((command) => [command.name, command] as const))("explains every option of %s with its default", async (name, command) => {
    const { code, stdout } = await place.bort([...name.split(" "), "--help"]);
    expect(code).toBe(0);
    for (const [option, { defaultText }] of Object.entries(command.options)) {
      const line = stdout.split("\n").find((each) => new RegExp(`^\\s*--${option}[=\\s]`).test(each));
      expect(line).toBeDefined();
      if (defaultText !== undefined) expect(line).toContain(`(default: ${defaultText})`);
    }
  });

  it("says what commands a group has", async () => {
    const { code, stdout } = await place.bort(["supernet", "--help"]);
    expect(code).toBe(0);
    for (const { name } of commands) expect(new RegExp(`^ *${name}  `, "m").test(stdout)).toBe(name.startsWith("supernet "));
  });

  it.each([
    [["pretrian"], "pretrain"],
    [["supernet"], "did you mean supernet train? The commands are supernet train, supernet sample"],
    [["supernet", "serach", "--table", "a"], 'no command "supernet serach"; did you mean supernet search?'],
    [["suprnet", "train"], "did you mean supernet train?"],
    [["supernet", "train", "--corpsu", "a"], "--corpus"],
    [["pretrain", "--corpsu", "a"], "--corpus"],
    [["pretrain"], "--corpus is missing"],
    [["arch"], "preset"],
    [["arch", "bort", "bert-tiny"], "bert-tiny"],
    [["eval", "extra", "--model", "a", "--task", "cola", "--data", "b"], "extra"],
  ])("refuses %j in one line with code 2", async (args, told) => {
    const { code, stdout, stderr } = await place.bort(args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^bort: [^\n]+\n$/);
    expect(stderr).toContain(told);
  });

  it.each([
    ["backend-native/no-blas", 2, /^bort: no such engine\n$/],
    ["isolate/bad-option", 2, /^bort: no such engine\n$/],
    ["ENOENT", 1, /^Error: no such engine\n\s+at /],
    ["ERR_INVALID_ARG_TYPE", 1, /^Error: no such engine\n\s+at /],
  ])("takes an error with the code %s for one to be explained, or not: exit code %i", async (code, exitCode, told) => {
    let stderr = "";
    const failing = { write: () => { throw Object.assign(new Error("no such engine"), { code }); } };
    expect(await run(["arch", "bort"], { stdout: failing, stderr: { write: (text: string) => { stderr += text; } } })).toBe(exitCode);
    expect(stderr).toMatch(told);
  });

  it("prints the stack of a fault of its own, with code 1", async () => {
    let stderr = "";
    const broken = { write: () => { throw new TypeError("no such stream"); } };
    expect(await run(["arch", "bort"], { stdout: broken, stderr: { write: (text: string) => { stderr += text; } } })).toBe(1);
    expect(stderr).toMatch(/TypeError: no such stream\n\s+at /);
  });
});
