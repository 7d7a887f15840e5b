import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readSafetensors, writeSafetensors } from "./safetensors.js";
import { temporaryFolder } from "./temporary-folder.js";
import { golden } from "./test-models.js";

const at = temporaryFolder();
const tensors = {
  b: { shape: [2, 2], data: Float32Array.of(1.5, -2, 0.25, 3e38) },
  "a.weight": { shape: [1], data: Float32Array.of(7) },
  empty: { shape: [0, 4], data: new Float32Array(0) },
  scalar: { shape: [], data: Float32Array.of(-0) },
  ünïcode: { shape: [3], data: Float32Array.of(Number.NaN, Infinity, 1e-45) },
};

const bytesOf = (header: unknown, data: number, length?: bigint): Buffer => {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(length ?? BigInt(text.length));
  return Buffer.concat([prefix, text, Buffer.alloc(data)]);
};
const read = (bytes: Uint8Array): ReturnType<typeof readSafetensors> => {
  writeFileSync(at("x.safetensors"), bytes);
  return readSafetensors(at("x.safetensors"));
};
const f32 = (shape: readonly unknown[], ...offsets: readonly unknown[]): object => ({ dtype: "F32", shape, data_offsets: offsets });

describe("writeSafetensors", () => {
  it("writes what readSafetensors reads", () => {
    writeSafetensors(at("own.safetensors"), tensors, { made: "here" });
    const { tensors: found, metadata } = readSafetensors(at("own.safetensors"));
    expect(found).toEqual(tensors);
    expect(Object.is(found["scalar"]!.data[0], -0)).toBe(true);
    expect(metadata).toMatchObject({ made: "here", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
  });

  it("aligns the tensors to 8 bytes, as other readers map them", () => {
    writeSafetensors(at("own.safetensors"), tensors);
    const bytes = readFileSync(at("own.safetensors"));
    expect(bytes.readBigUInt64LE(0) % 8n).toBe(0n);
    expect(bytes[8]).toBe("{".charCodeAt(0));
  });

  it("writes views of larger buffers", () => {
    writeSafetensors(at("own.safetensors"), { part: { shape: [2], data: Float32Array.of(1, 2, 3, 4).subarray(1, 3) } });
    expect([...readSafetensors(at("own.safetensors")).tensors["part"]!.data]).toEqual([2, 3]);
  });
});

describe("readSafetensors", () => {
  it("reads a file of the safetensors library for Python", () => {
    const { tensors: found, metadata } = read(Buffer.from(golden.safetensors, "base64"));
    expect(found).toEqual({ b: tensors.b, "a.weight": tensors["a.weight"], empty: tensors.empty });
    expect(metadata).toEqual({ made: "elsewhere" });
  });

  it("reads tensors behind a header of any length, and a file of none", () => {
    for (let spaces = 0; spaces < 4; spaces++) expect(read(bytesOf(JSON.stringify({ a: f32([2], 0, 8) }) + " ".repeat(spaces), 8)).tensors["a"]!.data).toEqual(new Float32Array(2));
    expect(read(bytesOf({}, 0)).tensors).toEqual({});
  });

  it("is not confused by names that look like a header", () => {
    const names = ['a":{"b', "}{][", "data_offsets", "\\", '"'];
    writeSafetensors(at("own.safetensors"), Object.fromEntries(names.map((name) => [name, { shape: [1], data: Float32Array.of(1) }])));
    expect(Object.keys(readSafetensors(at("own.safetensors")).tensors)).toEqual(names);
  });

  it.each<[string, Buffer]>([
    ["an empty file", Buffer.alloc(0)],
    ["7 bytes", Buffer.alloc(7)],
    ["a header of no byte", bytesOf("", 0)],
    ["a header of 2^63 bytes", bytesOf("{}", 0, 2n ** 63n)],
    ["a header of 2^64 - 1 bytes", bytesOf("{}", 0, 2n ** 64n - 1n)],
    ["a header that is not JSON", bytesOf("{'a': 1}", 0)],
    ["a header that is a list", bytesOf([], 0)],
    ["a header that is null", bytesOf("null", 0)],
    ["metadata that is null", bytesOf({ __metadata__: null }, 0)],
    ["metadata that are not strings", bytesOf({ __metadata__: { sha256: 1 } }, 0)],
    ["a tensor that is null", bytesOf({ a: null }, 0)],
    ["a tensor that is a number", bytesOf({ a: 3 }, 0)],
    ["a tensor without a shape", bytesOf({ a: { dtype: "F32", data_offsets: [0, 4] } }, 4)],
    ["a tensor without offsets", bytesOf({ a: { dtype: "F32", shape: [1] } }, 4)],
    ["three offsets", bytesOf({ a: f32([1], 0, 4, 8) }, 4)],
    ["half precision", bytesOf({ a: { dtype: "F16", shape: [2], data_offsets: [0, 4] } }, 4)],
    ["negative offsets", bytesOf({ a: f32([1], -4, 0) }, 0)],
    ["a negative size", bytesOf({ a: f32([-1, -1], 0, 4) }, 4)],
    ["fractional offsets", bytesOf({ a: f32([1], 0.5, 4.5) }, 4)],
    ["sizes as texts", bytesOf({ a: f32(["1"], 0, 4) }, 4)],
    ["a shape larger than its bytes", bytesOf({ a: f32([2 ** 26, 2 ** 26], 0, 4) }, 4)],
    ["a tensor beyond the end", bytesOf({ a: f32([2], 0, 8) }, 4)],
    ["bytes after the last tensor", bytesOf({ a: f32([1], 0, 4) }, 8)],
    ["bytes before the first tensor", bytesOf({ a: f32([1], 4, 8) }, 8)],
    ["a hole", bytesOf({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12)],
    ["tensors that overlap", bytesOf({ a: f32([2], 0, 8), b: f32([2], 4, 12) }, 12)],
    ["two tensors in one place", bytesOf({ a: f32([1], 0, 4), b: f32([1], 0, 4) }, 4)],
    ["a name given twice", bytesOf(`{"a":${JSON.stringify(f32([1], 0, 4))},"a":${JSON.stringify(f32([1, 1], 0, 4))}}`, 4)],
    ["metadata given twice", bytesOf('{"__metadata__":{"x":"y"},"__metadata__" : {}}', 0)],
  ])("refuses %s", (_, bytes) => {
    expect(() => read(bytes)).toThrow(expect.objectContaining({ code: "nn/bad-safetensors" }));
  });

  it("refuses a change of any tensor's byte, and any cut", () => {
    writeSafetensors(at("own.safetensors"), tensors);
    const whole = readFileSync(at("own.safetensors"));
    const start = 8 + Number(whole.readBigUInt64LE(0));
    for (let i = start; i < whole.length; i++) {
      const changed = Buffer.from(whole);
      changed[i]! ^= 1;
      expect(() => read(changed)).toThrow(expect.objectContaining({ code: "nn/bad-safetensors" }));
    }
    for (let length = 0; length < whole.length; length++) expect(() => read(whole.subarray(0, length))).toThrow(expect.objectContaining({ code: "nn/bad-safetensors" }));
  });

  it("says where there is no file", () => {
    expect(() => readSafetensors(at("nowhere"))).toThrow(expect.objectContaining({ code: "nn/missing-path", message: expect.stringContaining("no file") }));
    expect(() => readSafetensors(at(""))).toThrow(expect.objectContaining({ code: "nn/missing-path" }));
  });
});
