import { describe, expect, it } from "vitest";
import { type PickleGlobal, readPickle } from "./pickle.js";

const called: (readonly unknown[])[] = [];
const globals = new Map<string, PickleGlobal>([
  ["collections.OrderedDict", { name: "collections.OrderedDict", call: () => new Map() }],
  ["a.function", { name: "a.function", call: (args) => called.push(args) }],
  ["a.thing", { name: "a.thing" }],
]);
/** Protocol 2, the instructions, and the end. */
const read = (instructions: string): unknown =>
  readPickle(Buffer.from(`\x80\x02${instructions}.`, "latin1"), { globals, persistent: (id) => ({ id }), bad: (why) => new Error(`bad: ${why}`) });

describe("readPickle", () => {
  it.each<[string, string, unknown]>([
    ["None, True, False", "(N\x88\x89t", [null, true, false]],
    ["integers of 1, 2 and 4 bytes", "(K\xffM\xff\xffJ\xfe\xff\xff\xfft", [255, 65535, -2]],
    ["long integers", "(\x8a\x00\x8a\x01\x80\x8a\x05\x00\x00\x00\x00\x01t", [0, -128, 2 ** 32]],
    ["a float", "G\x3f\xf8\x00\x00\x00\x00\x00\x00", 1.5],
    ["text in UTF-8", "X\x03\x00\x00\x00a\xc3\xa9", "aé"],
    ["tuples", "K\x01K\x02K\x03\x87\x85)\x86", [[[1, 2, 3]], []]],
    ["lists", "](K\x01K\x02eK\x03a", [1, 2, 3]],
    ["tables", "}K\x01K\x02s(K\x03K\x04K\x01K\x05u", new Map([[1, 5], [3, 4]])],
    ["what was remembered", "]q\x07h\x07r\x00\x01\x00\x00j\x00\x01\x00\x00\x87", [[], [], []]],
    ["what is kept elsewhere", "K\x07Q", { id: 7 }],
    ["an ordered table with a state, which is left out", "ccollections\nOrderedDict\n)RX\x01\x00\x00\x00aK\x01s}X\x01\x00\x00\x00bK\x02sb", new Map([["a", 1]])],
  ])("reads %s", (_, instructions, value) => expect(read(instructions)).toEqual(value));

  it("remembers the value itself", () => {
    const [a, b] = read("]q\x00h\x00K\x01a\x86") as [unknown[], unknown[]];
    expect(a).toEqual([1]);
    expect(b).toBe(a);
  });

  it.each([
    ["a function of the system", "cposix\nsystem\nX\x04\x00\x00\x00true\x85R", '"posix.system"'],
    ["eval", "cbuiltins\neval\nX\x01\x00\x00\x001\x85R", '"builtins.eval"'],
    ["a name that JavaScript has", "c__proto__\nconstructor\n)R", "__proto__.constructor"],
    ["a name over several lines of output", `c${"x".repeat(500)}\ny\n)R`, "x".repeat(99)],
    ["a thing that is no function", "ca\nthing\n)R", '"a.thing"'],
    ["a table as a function", "}X\x04\x00\x00\x00call}s)R", "no function"],
    ["a number as a function", "K\x01)R", "no function"],
    ["None as a function", "N)R", "no function"],
    ["arguments that are no tuple", "ca\nfunction\nK\x01R", "a.function"],
    ["the state of what is no table", "]}b", "no sense"],
    ["instances of classes", "(ios\nsystem\n", "0x69"],
    ["new objects", "ca\nfunction\n)\x81", "0x81"],
    ["names from the stack", "X\x02\x00\x00\x00osX\x06\x00\x00\x00system\x93", "0x93"],
    ["extensions", "\x82\x01", "0x82"],
    ["too large an integer", "\x8a\x09\xff\xff\xff\xff\xff\xff\xff\xff\x00", "too large"],
    ["a value that is not there", "s", "no sense"],
    ["a mark that is not there", "K\x01t", "no sense"],
    ["what was not remembered", "h\x01", "no sense"],
    ["a key without a value", "}(K\x01u", "no sense"],
    ["text that is longer than the file", "X\xff\xff\xff\x7fa", "cut short"],
    ["a name without an end", "cposix", "cut short"],
    ["another protocol", "\x80\x05", "protocol 5"],
  ])("refuses %s", (_, instructions, text) => {
    expect(() => read(instructions)).toThrow(expect.objectContaining({ message: expect.stringMatching(/^bad: [^\n]{1,300}$/) as string }));
    expect(() => read(instructions)).toThrow(text);
    expect(called).toEqual([]);
  });

  it("refuses any beginning of a pickle", () => {
    const whole = Buffer.from("\x80\x02}(X\x01\x00\x00\x00aK\x01X\x01\x00\x00\x00b]K\x02au.", "latin1");
    for (let length = 0; length < whole.length; length++) {
      expect(() => readPickle(whole.subarray(0, length), { globals, persistent: () => null, bad: (why) => new Error(`bad: ${why}`) })).toThrow(/^bad: /);
    }
  });
});
