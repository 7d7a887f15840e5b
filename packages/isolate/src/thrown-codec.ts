/** Anything thrown, as a message can hold it. Errors that refer to one another in a circle do so here too. */
export type EncodedThrown =
  | EncodedError
  | EncodedList
  | { readonly kind: "value"; readonly value: unknown }
  /** The reason of the signal, which both processes have. */
  | { readonly kind: "reason" }
  | { readonly kind: "not-cloneable"; readonly problem: string };

interface EncodedError {
  readonly kind: "error";
  /** The class of JavaScript that it is an instance of, such as `"RangeError"`. */
  readonly builtIn: string;
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** All other properties of its own that can be cloned: `code`, `cause`, `errors` and the like. */
  readonly properties: { readonly key: string; readonly value: EncodedThrown; readonly enumerable: boolean }[];
}

/** A list with errors in it. */
interface EncodedList {
  readonly kind: "list";
  readonly items: EncodedThrown[];
}

/**
 * Takes what is thrown from one process to another, because structured clone keeps neither the properties of errors nor a DOMException.
 * Where a signal is given and has aborted, its reason stays the same object on either side.
 */
export interface ThrownCodec {
  encode(thrown: unknown, signal?: AbortSignal): EncodedThrown;
  /** What could not be cloned becomes an error that says so. */
  decode(encoded: EncodedThrown, signal?: AbortSignal): unknown;
}

/**
 * A child process is started with the text of this function. It may therefore refer to nothing outside itself but types, and holds its
 * functions as methods, which no bundler wraps to keep their names.
 *
 * @param serialize - throws where a message cannot hold a value
 */
export function thrownCodec(serialize: (value: unknown) => unknown): ThrownCodec {
  const builtIns = [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError];
  const codec = {
    encode(thrown: unknown, signal?: AbortSignal, seen: Map<unknown, EncodedThrown> = new Map()): EncodedThrown {
      if (signal?.aborted === true && thrown === signal.reason) return { kind: "reason" };
      if (seen.has(thrown)) return seen.get(thrown)!;
      if (thrown instanceof Error) return codec.encodeError(thrown, signal, seen);
      if (Array.isArray(thrown) && thrown.some((item) => item instanceof Error)) return codec.encodeList(thrown, signal, seen);
      try {
        serialize(thrown);
        return { kind: "value", value: thrown };
      } catch (error) {
        return { kind: "not-cloneable", problem: error instanceof Error ? error.message : String(error) };
      }
    },

    encodeError(error: Error, signal: AbortSignal | undefined, seen: Map<unknown, EncodedThrown>): EncodedThrown {
      const { name, message, stack } = error;
      const encoded: EncodedError = { kind: "error", builtIn: codec.builtInOf(error), name: String(name), message: String(message), stack, properties: [] };
      seen.set(error, encoded);
      for (const [key, { enumerable }] of Object.entries(Object.getOwnPropertyDescriptors(error))) {
        if (["name", "message", "stack"].includes(key)) continue;
        const value = codec.encode(error[key as keyof Error], signal, seen);
        if (value.kind !== "not-cloneable") encoded.properties.push({ key, value, enumerable: enumerable === true });
      }
      return encoded;
    },

    encodeList(list: readonly unknown[], signal: AbortSignal | undefined, seen: Map<unknown, EncodedThrown>): EncodedThrown {
      const encoded: EncodedList = { kind: "list", items: [] };
      seen.set(list, encoded);
      for (const item of list) encoded.items.push(codec.encode(item, signal, seen));
      return encoded;
    },

    builtInOf(error: Error): string {
      if (error instanceof AggregateError) return "AggregateError";
      if (error instanceof DOMException) return "DOMException";
      return (builtIns.find((each) => error instanceof each) ?? Error).name;
    },

    decode(encoded: EncodedThrown, signal?: AbortSignal, seen: Map<EncodedThrown, unknown> = new Map()): unknown {
      if (seen.has(encoded)) return seen.get(encoded);
      switch (encoded.kind) {
        case "reason": return signal?.reason;
        case "value": return encoded.value;
        case "error": return codec.decodeError(encoded, signal, seen);
        case "list": return codec.decodeList(encoded, signal, seen);
        case "not-cloneable": return new Error(encoded.problem);
      }
    },

    decodeError(encoded: EncodedError, signal: AbortSignal | undefined, seen: Map<EncodedThrown, unknown>): Error {
      const error = codec.create(encoded);
      seen.set(encoded, error);
      if (error.name !== encoded.name) codec.define(error, "name", encoded.name, false);
      codec.define(error, "stack", encoded.stack, false);
      for (const { key, value, enumerable } of encoded.properties) codec.define(error, key, codec.decode(value, signal, seen), enumerable);
      return error;
    },

    define(error: Error, key: string, value: unknown, enumerable: boolean) {
      Object.defineProperty(error, key, { value, enumerable, writable: true, configurable: true });
    },

    decodeList(encoded: EncodedList, signal: AbortSignal | undefined, seen: Map<EncodedThrown, unknown>): unknown[] {
      const list: unknown[] = [];
      seen.set(encoded, list);
      for (const item of encoded.items) list.push(codec.decode(item, signal, seen));
      return list;
    },

    create({ builtIn, name, message }: EncodedError): Error {
      if (builtIn === "AggregateError") return new AggregateError([], message);
      if (builtIn === "DOMException") return new DOMException(message, name);
      return new (builtIns.find((each) => each.name === builtIn) ?? Error)(message);
    },
  };
  return codec;
}
