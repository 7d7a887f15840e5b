import { deserialize, serialize } from "node:v8";
import { describe, expect, it } from "vitest";
import { type EncodedThrown, thrownCodec } from "./thrown-codec.js";

const codec = thrownCodec(serialize);
const across = (thrown: unknown): unknown => codec.decode(deserialize(serialize(codec.encode(thrown))) as EncodedThrown);

describe("thrownCodec", () => {
  it.each([Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError])("keeps class, message and stack of a %o", (Type) => {
    const error = new Type("what\nwent wrong");
    const copy = across(error) as Error;
    expect(copy).toBeInstanceOf(Type);
    expect(Object.getPrototypeOf(copy)).toBe(Type.prototype);
    expect(copy).toMatchObject({ name: error.name, message: error.message, stack: error.stack });
    expect(Object.keys(copy)).toEqual([]);
  });

  it("keeps what a subclass adds, but for methods", () => {
    class Failure extends TypeError {
      override name = "Failure";
      readonly code = "test/failure";
      readonly at = { step: 3, loss: Float32Array.of(Number.NaN) };
      readonly retry = (): void => {};
    }
    const copy = across(new Failure("failed")) as Failure;
    expect(copy).toBeInstanceOf(TypeError);
    expect(copy).toMatchObject({ name: "Failure", message: "failed", code: "test/failure", at: { step: 3, loss: Float32Array.of(Number.NaN) } });
    expect("retry" in copy).toBe(false);
  });

  it("keeps causes and the errors of an AggregateError", () => {
    const root = Object.assign(new Error("root"), { code: "ENOENT", errno: -2 });
    const copy = across(new AggregateError([new RangeError("a", { cause: root }), "b"], "all", { cause: root })) as AggregateError;
    expect(copy).toBeInstanceOf(AggregateError);
    expect(copy.cause).toMatchObject({ message: "root", code: "ENOENT", errno: -2 });
    expect(copy.errors[0]).toBeInstanceOf(RangeError);
    expect((copy.errors[0] as Error).cause).toBe(copy.cause);
    expect(copy.errors[1]).toBe("b");
    expect(Object.keys(copy)).toEqual([]);
  });

  it("keeps circles of causes", () => {
    const first = new Error("first");
    const second = new Error("second", { cause: first });
    first.cause = new AggregateError([second, first]);
    const copy = across(first) as Error;
    const [again, same] = (copy.cause as AggregateError).errors as Error[];
    expect(same).toBe(copy);
    expect(again!.cause).toBe(copy);
  });

  it("keeps a DOMException", () => {
    const copy = across(AbortSignal.abort().reason) as DOMException;
    expect(copy).toBeInstanceOf(DOMException);
    expect(copy).toMatchObject({ name: "AbortError", code: 20, message: "This operation was aborted" });
  });

  it.each([undefined, null, "text", 0, Number.NaN, { plain: [1] }, Uint8Array.of(1, 2)])("keeps %o, which is no error", (value) => {
    expect(across(value)).toEqual(value);
  });

  it("says what cannot be cloned", () => {
    expect(codec.encode(() => 1)).toEqual({ kind: "not-cloneable", problem: "() => 1 could not be cloned." });
    expect(across(Symbol("s"))).toMatchObject({ message: "Symbol(s) could not be cloned." });
  });

  it("gives the reason of the signal itself, wherever it is", () => {
    const reason = { stop: (): void => {} };
    const signal = AbortSignal.abort(reason);
    const encoded = deserialize(serialize(codec.encode(new Error("stopped", { cause: reason }), signal))) as EncodedThrown;
    expect((codec.decode(encoded, signal) as Error).cause).toBe(reason);
    expect(codec.decode(codec.encode(reason, signal), signal)).toBe(reason);
  });

  it("takes undefined for the reason of an aborted signal alone", () => {
    expect(codec.encode(undefined, new AbortController().signal)).toEqual({ kind: "value", value: undefined });
  });
});
