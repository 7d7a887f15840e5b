import { describe, expect, it } from "vitest";
import { type ArchErrorCode } from "./arch-error.js";
import { archToJson } from "./arch-json.js";
import { toHfConfig } from "./hf-config.js";
import { parseConfig } from "./parse-config.js";
import { presetNamed } from "./presets.js";
import { randomArch } from "./random-arch.js";

const arch = presetNamed("roberta-base");
const hfText = JSON.stringify(toHfConfig(arch, { labels: ["a", "b"] }));

describe("parseConfig", () => {
  it("reads a config.json with what it says beside the architecture", () => {
    expect(parseConfig(hfText)).toMatchObject({ arch, extras: { modelType: "roberta", labels: ["a", "b"], architectures: ["RobertaModel"] } });
  });

  it("reads the library's own JSON", () => {
    for (let seed = 0; seed < 20; seed++) expect(parseConfig(JSON.stringify(archToJson(randomArch(seed))))).toEqual({ arch: randomArch(seed), extras: {} });
  });

  it.each<[string, string, ArchErrorCode]>([
    ["ten megabytes", " ".repeat(10_000_000), "arch/too-large"],
    ["ten megabytes around a config", `${" ".repeat(10_000_000)}${hfText}`, "arch/too-large"],
    ["nothing", "", "arch/not-json"],
    ["half a config", hfText.slice(0, 100), "arch/not-json"],
    ["NaN", '{"vocab_size":NaN}', "arch/not-json"],
    ["quotes without end", `"${'\\"'.repeat(500_000)}`, "arch/not-json"],
    ["a list", "[]", "arch/bad-config"],
    ["null", "null", "arch/bad-config"],
    ["a number", "12", "arch/bad-config"],
    ["lists in lists", "[".repeat(1_000_000), "arch/bad-config"],
    ["a config with objects in objects", hfText.replace("{", `{"other":${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)},`), "arch/bad-config"],
    ["an object without a type", "{}", "arch/missing-field"],
    ["another model", '{"model_type":"llama"}', "arch/unknown-model-type"],
    ["a model named after a property of every object", '{"model_type":"constructor"}', "arch/unknown-model-type"],
    ["the prototype as a model", '{"model_type":"__proto__"}', "arch/unknown-model-type"],
    ["another version", '{"format":"bort-arch","version":9}', "arch/bad-config"],
  ])("refuses %s", (_, text, code) => {
    const started = performance.now();
    expect(() => parseConfig(text)).toThrow(expect.objectContaining({ name: "ArchError", code }));
    expect(() => parseConfig(text)).toThrow(/^[^\n]{1,250}$/u);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it("takes keys of every object for fields like others", () => {
    const text = hfText.replace("{", '{"__proto__":{"hidden_size":8,"polluted":true},"constructor":{"prototype":{"polluted":true}},');
    const { arch: read, extras } = parseConfig(text);
    expect(read).toEqual(arch);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(extras.other)).toBe(Object.prototype);
    expect(JSON.parse(JSON.stringify(toHfConfig(read, extras)))).toEqual(JSON.parse(text));
  });

  it("reads fifty thousand labels at once", () => {
    const id2label = Object.fromEntries(Array.from({ length: 50_000 }, (_, id) => [id, `l${id}`]));
    const started = performance.now();
    expect(parseConfig(JSON.stringify({ ...toHfConfig(arch), id2label })).extras.labels).toHaveLength(50_000);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
