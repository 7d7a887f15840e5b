import { writeFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { PartwiseFile } from "./partwise-file.js";
import { temporaryFolder } from "./temporary-folder.js";
import { type ZipEntry, zipEntries } from "./zip-entries.js";

const at = temporaryFolder();

interface Options {
  readonly zip64?: boolean;
  readonly comment?: string;
  readonly method?: number;
  readonly flags?: number;
}

const numbers = (...fields: readonly (readonly [bits: 16 | 32 | 64, value: number])[]): Buffer => Buffer.concat(fields.map(([bits, value]) => {
  const bytes = Buffer.alloc(bits / 8);
  if (bits === 64) bytes.writeBigUInt64LE(BigInt(value));
  else bytes.writeUIntLE(value, 0, bits / 8);
  return bytes;
}));

/** An archive by the specification's sections 4.3.7 to 4.3.16, with an extra field in front of the data as torch has for alignment. */
function archive(files: readonly (readonly [string, string])[], { zip64 = false, comment = "", method = 0, flags = 0 }: Options = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  const length = (): number => parts.reduce((sum, part) => sum + part.length, 0);
  for (const [name, text] of files) {
    const [title, data, start] = [Buffer.from(name), Buffer.from(text), length()];
    const place = zip64 ? 0xffffffff : undefined;
    const extra = zip64 ? numbers([16, 0x4246], [16, 2], [16, 0], [16, 1], [16, 24], [64, data.length], [64, data.length], [64, start]) : Buffer.alloc(0);
    parts.push(numbers([32, 0x04034b50], [16, 45], [16, flags], [16, method], [32, 0], [32, crc32(data)], [32, data.length], [32, data.length], [16, title.length], [16, 6]),
      title, numbers([16, 0x4246], [16, 2], [16, 0]), data);
    directory.push(numbers([32, 0x02014b50], [16, 45], [16, 45], [16, flags], [16, method], [32, 0], [32, crc32(data)], [32, place ?? data.length], [32, place ?? data.length],
      [16, title.length], [16, extra.length], [16, 0], [16, 0], [16, 0], [32, 0], [32, place ?? start]), title, extra);
  }
  const [start, size, count] = [length(), Buffer.concat(directory).length, files.length];
  const wide = zip64 ? [numbers([32, 0x06064b50], [64, 44], [16, 45], [16, 45], [32, 0], [32, 0], [64, count], [64, count], [64, size], [64, start]),
    numbers([32, 0x07064b50], [32, 0], [64, start + size], [32, 1])] : [];
  const end = numbers([32, 0x06054b50], [16, 0], [16, 0], [16, zip64 ? 0xffff : count], [16, zip64 ? 0xffff : count], [32, zip64 ? 0xffffffff : size],
    [32, zip64 ? 0xffffffff : start], [16, comment.length]);
  return Buffer.concat([...parts, ...directory, ...wide, end, Buffer.from(comment)]);
}

function open(bytes: Uint8Array): ReadonlyMap<string, ZipEntry> {
  writeFileSync(at("x.zip"), bytes);
  return zipEntries(new PartwiseFile(at("x.zip")), (why) => new Error(`bad: ${why}`));
}
const contents = (bytes: Uint8Array): Record<string, string> => Object.fromEntries([...open(bytes)].map(([name, entry]) => [name, Buffer.from(entry.read()).toString()]));

const files = [["a/data.pkl", "first"], ["a/data/0", ""], ["a/ü", "third"]] as const;

describe("zipEntries", () => {
  it.each<[string, Options]>([
    ["an archive", {}], ["an archive of Zip64", { zip64: true }], ["an archive with a comment", { comment: "P".repeat(300) }],
    ["an archive whose comment looks like its end", { comment: `x${"PK\x05\x06"}${"\0".repeat(18)}y` }],
  ])("reads %s", (_, options) => expect(contents(archive(files, options))).toEqual(Object.fromEntries(files)));

  it("reads an archive of none", () => expect(contents(archive([]))).toEqual({}));

  it.each<[string, Buffer, string]>([
    ["an empty file", Buffer.alloc(0), "no zip archive"],
    ["another file", Buffer.alloc(5000, 7), "no zip archive"],
    ["compressed entries", archive(files, { method: 8 }), "compressed"],
    ["encrypted entries", archive(files, { flags: 1 }), "encrypted"],
    ["a name given twice", archive([["a", "1"], ["a", "2"]]), "twice"],
  ])("refuses %s", (_, bytes, text) => expect(() => open(bytes)).toThrow(new RegExp(`^bad: .*${text}`)));

  it.each([false, true])("refuses any cut (Zip64: %s)", (zip64) => {
    const whole = archive(files, { zip64 });
    for (let length = 0; length < whole.length; length++) expect(() => contents(whole.subarray(0, length))).toThrow(/^bad: /);
  });

  it("refuses contents that have changed", () => {
    const whole = archive(files);
    whole[whole.indexOf("first")]! ^= 1;
    expect(() => open(whole).get("a/data.pkl")!.read()).toThrow("has changed");
  });
});
