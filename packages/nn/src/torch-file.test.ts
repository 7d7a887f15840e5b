import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "./temporary-folder.js";
import { openTorchFile } from "./torch-file.js";

/** Made by torch; `test-fixtures/make-teachers.py` tells how. */
const fixture = (name: string): string => fileURLToPath(new URL(`../test-fixtures/teachers/${name}`, import.meta.url));
const at = temporaryFolder();
const refused = (text: string): unknown => expect.objectContaining({ code: "nn/bad-torch-file", message: expect.stringContaining(text) as string });

describe("openTorchFile", () => {
  it("puts the elements of views in order", () => {
    const views = openTorchFile(fixture("views.bin"));
    const read = (name: string): [readonly number[], number[]] => [views.get(name)!.shape, [...views.get(name)!.read()]];
    expect(read("whole")).toEqual([[4, 6], Array.from({ length: 24 }, (_, i) => i)]);
    expect(read("turned")).toEqual([[6, 4], [0, 6, 12, 18, 1, 7, 13, 19, 2, 8, 14, 20, 3, 9, 15, 21, 4, 10, 16, 22, 5, 11, 17, 23]]);
    expect(read("part")).toEqual([[2, 3], [8, 9, 10, 14, 15, 16]]);
    expect(read("every second")).toEqual([[4, 3], [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22]]);
    expect(read("row")).toEqual([[6], [12, 13, 14, 15, 16, 17]]);
    expect(read("spread")).toEqual([[3], [0, 0, 0]]);
    expect(read("scalar")).toEqual([[], [7]]);
    expect(read("empty")).toEqual([[0, 6], []]);
  });

  it("reads floating-point numbers of 16, 32 and 64 bits as float32", () => {
    const floats = openTorchFile(fixture("floats.bin"));
    const given = [0, -0, 1, -2.5, 65504, 6e-8, 1e-5, Infinity, -Infinity, Number.NaN, 0.1].map(Math.fround);
    expect([...floats.get("float32")!.read()]).toEqual(given);
    expect([...floats.get("float64")!.read()]).toEqual(given);
    // Rounded by torch: halves are multiples of 2^-24 here, and 0.1 has 11 bits of precision, or 8.
    expect([...floats.get("float16")!.read()]).toEqual([0, -0, 1, -2.5, 65504, 2 ** -24, 168 * 2 ** -24, Infinity, -Infinity, Number.NaN, 1638 * 2 ** -14]);
    expect([...floats.get("bfloat16")!.read()].slice(0, 5)).toEqual([0, -0, 1, -2.5, 65536]);
    expect(floats.get("bfloat16")!.read()[10]).toBe(205 * 2 ** -11);
  });

  it("knows integers, whose elements are no parameters, and parameters", () => {
    const tensors = openTorchFile(fixture("integers.bin"));
    expect([...tensors].map(([name, { elementType }]) => [name, elementType])).toEqual(
      [["int64", "I64"], ["int32", "I32"], ["int16", "I16"], ["int8", "I8"], ["uint8", "U8"], ["bool", "BOOL"], ["weight", "F32"]]);
    expect([...tensors.get("weight")!.read()]).toEqual([0.5]);
    expect(() => tensors.get("int64")!.read()).toThrow(expect.objectContaining({ code: "nn/bad-model-folder" }));
  });

  it.each([
    ["legacy.bin", "torch before 1.6"],
    ["checkpoint.bin", '"model" in it is no tensor'],
    ["module.bin", 'it asks for "torch.nn.modules.linear.Linear"'],
    ["protocol-4.bin", "protocol 4"],
  ])("refuses %s", (name, text) => expect(() => openTorchFile(fixture(name))).toThrow(refused(text)));

  it("says where there is no file", () => {
    expect(() => openTorchFile(at("gone.bin"))).toThrow(expect.objectContaining({ code: "nn/missing-path" }));
  });

  it("refuses any cut, and any byte of a tensor that has changed", () => {
    const whole = readFileSync(fixture("views.bin"));
    for (let length = 0; length < whole.length; length += 7) {
      writeFileSync(at("cut.bin"), whole.subarray(0, length));
      expect(() => openTorchFile(at("cut.bin"))).toThrow(expect.objectContaining({ code: "nn/bad-torch-file" }));
    }
    const start = whole.indexOf(Buffer.from(Float32Array.of(1, 2, 3).buffer));
    const changed = Buffer.from(whole);
    changed[start]! ^= 1;
    writeFileSync(at("changed.bin"), changed);
    expect(() => openTorchFile(at("changed.bin")).get("whole")!.read()).toThrow(refused("has changed"));
  });

  it("ends with an error of its own, if with any, whatever byte of it changes: every third", () => {
    const whole = readFileSync(fixture("views.bin"));
    for (let i = 0; i < whole.length; i += 3) {
      const changed = Buffer.from(whole);
      changed[i]! ^= 0x55;
      writeFileSync(at("changed.bin"), changed);
      try {
        for (const tensor of openTorchFile(at("changed.bin")).values()) tensor.read();
      } catch (error) {
        expect(error, `byte ${i}`).toMatchObject({ code: expect.stringMatching(/^nn\//) });
      }
    }
  });
});
