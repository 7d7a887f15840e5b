import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { getEventListeners } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, expectTypeOf, it } from "vitest";
import { type IsolateContext, isolated } from "./isolated.js";

const steps = new URL("../test-fixtures/steps.mjs", import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "bort-isolate-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Count {
  readonly i: number;
  readonly received?: unknown;
  readonly aborted: boolean;
}
type Counting = (input: { to: number; log?: string }, context: IsolateContext) => AsyncGenerator<Count, unknown, string | void>;
type Echo = (input: unknown) => AsyncGenerator<unknown, unknown, void>;
type Aborting = (input: { wrapped?: boolean }, context: IsolateContext) => AsyncGenerator<unknown, void, void>;

const count = isolated<Counting>(steps, "count");
const echo = isolated<Echo>(steps, "echo");
const named = (name: string, options = {}): ReturnType<typeof isolated<Echo>> => isolated<Echo>(steps, name, options);
const children = (): number => process.getActiveResourcesInfo().filter((name) => name === "ProcessWrap").length;

describe("isolated", () => {
  it("gives events, what next() is given, and the result", async () => {
    const generator = count({ to: 2 });
    expect(await generator.next("not seen, as in any generator")).toEqual({ done: false, value: { i: 1, received: undefined, aborted: false } });
    expect(await generator.next("a")).toEqual({ done: false, value: { i: 2, received: "a", aborted: false } });
    expect(await generator.next("b")).toEqual({ done: true, value: "counted to 2" });
    expect(await generator.next("c")).toEqual({ done: true, value: undefined });
  });

  it("takes data to the process and back as structured clone does", async () => {
    const input = {
      floats: Float32Array.of(0.1, -0, Number.NaN), part: new Uint16Array([1, 2, 3, 4]).subarray(1, 3), longs: BigInt64Array.of(-1n), none: undefined,
      map: new Map([["a", new Set([1n])]]), date: new Date(0), list: [, 1], empty: new Float64Array(0),
    };
    const generator = echo(input);
    expect((await generator.next()).value).toStrictEqual(input);
    expect((await generator.next()).value).toStrictEqual(input);
  });

  it("takes megabytes", async () => {
    const weights = Float32Array.from({ length: 3_000_000 }, (_, i) => i);
    const { value } = await echo(weights).next();
    expect(value).toBeInstanceOf(Float32Array);
    expect(Buffer.compare(Buffer.from((value as Float32Array).slice().buffer), Buffer.from(weights.buffer))).toBe(0);
  });

  it("goes on only when the next event is asked for", async () => {
    const log = join(folder, "pull.log");
    const generator = count({ to: 3, log });
    for (let i = 1; i <= 3; i++) {
      appendFileSync(log, `asking for ${i}\n`);
      await generator.next();
      await echo("something else meanwhile").next();
    }
    await generator.return(0);
    expect(readFileSync(log, "utf8")).toBe("asking for 1\nmaking 1\nasking for 2\nmaking 2\nasking for 3\nmaking 3\ncleaning up\nclean\n");
  });

  it("answers calls in their order, as a native generator does", async () => {
    const generator = count({ to: 2 });
    const [a, b, c, d, e] = await Promise.all([generator.next(), generator.next("x"), generator.return("left"), generator.next(), generator.return("again")]);
    expect([a.value, b.value]).toMatchObject([{ i: 1 }, { i: 2, received: "x" }]);
    expect([c, d, e]).toEqual([{ done: true, value: "left" }, { done: true, value: undefined }, { done: true, value: "again" }]);
  });

  it("runs finally blocks before a loop that is left goes on", async () => {
    const log = join(folder, "leave.log");
    for await (const { i } of count({ to: 9, log })) if (i === 2) break;
    expect(readFileSync(log, "utf8")).toBe("making 1\nmaking 2\ncleaning up\nclean\n");
  });

  it("lets a finally block yield and decide the result", async () => {
    const generator = named("reluctant")(undefined);
    await generator.next();
    expect(await generator.return("yours")).toEqual({ done: false, value: "not yet" });
    expect(await generator.next()).toEqual({ done: true, value: "my own result" });
  });

  it("throws in the function what throw() is given", async () => {
    const log = join(folder, "throw.log");
    const generator = count({ to: 9, log });
    await generator.next();
    const { done, value } = await generator.throw(new RangeError("too far"));
    expect([done, (value as { caught: Error }).caught.message]).toEqual([true, "too far"]);
    expect(readFileSync(log, "utf8")).toBe("making 1\ncaught RangeError: too far\ncleaning up\nclean\n");
  });

  it("starts a process with the first event, and none before", async () => {
    const unused = count({ to: 1 });
    const left = count({ to: 1 });
    expect(await left.return("unused")).toEqual({ done: true, value: "unused" });
    await expect(count({ to: 1 }).throw(new Error("mine"))).rejects.toThrow("mine");
    await new Promise(setImmediate);
    expect(children()).toBe(0);
    const asked = unused.next();
    await new Promise(setImmediate);
    expect(children()).toBe(1);
    await asked;
    expect(children(), "an idle child keeps nothing alive").toBe(0);
    await unused.return(0);
  });

  it("runs ten processes at once", async () => {
    const { signal } = new AbortController();
    const pids = Array.from({ length: 10 }, () => named("pid")(undefined, { signal }));
    const values = (await Promise.all(pids.map(async (each) => each.next()))).map(({ value }) => value);
    expect(new Set([...values, process.pid]).size).toBe(11);
    expect((await Promise.all(pids.map(async (each) => each.next()))).map(({ value }) => value)).toEqual(values);
    await Promise.all(pids.map(async (each) => each.return(0)));
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("has the types of the function", () => {
    expectTypeOf(count).parameters.toEqualTypeOf<[input: { to: number; log?: string }, context?: Partial<IsolateContext>]>();
    expectTypeOf(count).returns.toEqualTypeOf<AsyncGenerator<Count, unknown, string | void>>();
    // @ts-expect-error a function that gives no generator
    isolated<() => number>(steps, "count");
  });

  it("refuses options that make no sense, before anything runs", () => {
    expect(() => isolated(steps, "count", { timeLimitMs: -1 })).toThrow(expect.objectContaining({ name: "IsolateError", code: "isolate/bad-option" }));
  });

  it("passes environment and options of Node on", async () => {
    const module = new URL(`data:text/javascript,export async function* look() { return [process.env.ONE, process.env.PATH, process.execArgv, typeof gc]; }`);
    const { value } = await isolated<Echo>(module, "look", { env: { ONE: "1" }, execArgv: ["--expose-gc"] })(undefined).next();
    expect(value).toEqual(["1", undefined, ["--expose-gc"], "function"]);
  });
});

describe("an abort", () => {
  const untilAborted = isolated<Aborting>(steps, "untilAborted");

  it.each([
    ["an error with a code", Object.assign(new RangeError("enough"), { code: "E" }), { name: "RangeError", message: "enough", code: "E" }],
    ["the default reason", new AbortController().signal.reason ?? new DOMException("This operation was aborted", "AbortError"), { name: "AbortError", code: 20 }],
    ["a text", "Ctrl-C", { text: "Ctrl-C" }],
    ["what cannot be cloned", { stop() {} }, { message: expect.stringContaining("could not be cloned") as unknown }],
  ])("reaches the function with its reason, and what it throws is that very reason: %s", async (_, reason, seen) => {
    const controller = new AbortController();
    const generator = untilAborted({}, { signal: controller.signal });
    await generator.next();
    const waiting = generator.next();
    controller.abort(reason);
    expect((await waiting).value).toMatchObject(seen);
    expect(await generator.next().catch((error: unknown) => error)).toBe(reason);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  it("before the start is seen at the start", async () => {
    const signal = AbortSignal.abort(new Error("already"));
    expect((await count({ to: 1 }, { signal }).next()).value).toMatchObject({ aborted: true });
    const generator = untilAborted({ wrapped: true }, { signal });
    await generator.next();
    await generator.next();
    const error = await generator.next().catch((thrown: unknown) => thrown) as Error & { all: unknown[] };
    expect(error).toMatchObject({ name: "TypeError", message: "stopped" });
    expect(error.cause).toBe(signal.reason);
    expect(error.all[1]).toBe(signal.reason);
  });
});

describe("an error of the function", () => {
  const fail = async (name: string, input?: unknown): Promise<unknown> => {
    const generator = named(name)(input);
    try {
      for (let last = await generator.next(); last.done !== true; last = await generator.next());
    } catch (error) {
      expect(await generator.next()).toEqual({ done: true, value: undefined });
      return error;
    }
    throw new Error("nothing was thrown");
  };

  it("arrives with its properties, its causes and the stack of the child", async () => {
    const error = await fail("fails", "failure") as RangeError;
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ name: "Failure", message: "out of range", code: "test/failure", details: { at: Float32Array.of(1.5), list: [1, 2] } });
    expect(error.stack).toMatch(/out of range\n\s+at .*fails.*steps\.mjs:\d+/);
    expect(error.cause).toMatchObject({ message: "both", errors: [{ name: "TypeError", message: "first" }, "second"], cause: { message: "root", code: "ROOT" } });
  });

  it("may be no error", async () => expect(await fail("fails", "value")).toEqual({ plain: true }));

  const log = join(folder, "unclonable.log");

  it.each([["input", "echo", { callback() {} }], ["event", "unclonable", { where: "event", log }], ["result", "unclonable", { where: "result", log }], ["error", "fails", "function"]])(
    "says that the %s cannot be cloned", async (what, name, input) => {
      expect(await fail(name, input)).toMatchObject({
        code: "isolate/not-cloneable", message: expect.stringMatching(new RegExp(`^isolate: the ${what} of "${name}" of file:.* could not be cloned.*$`)) as unknown,
      });
      if (name === "unclonable") expect(readFileSync(log, "utf8")).toContain(`cleaning up after ${what}\n`);
    });

  it("says that what a generator is given cannot be cloned, and ends it", async () => {
    const log = join(folder, "given.log");
    for (const [what, call] of [["next", (g) => g.next((() => 1) as never)], ["return", (g) => g.return(Symbol("s"))], ["throw", (g) => g.throw(() => 1)]] as
      [string, (generator: ReturnType<Counting>) => Promise<unknown>][]) {
      const generator = count({ to: 2, log });
      await generator.next();
      await expect(call(generator)).rejects.toMatchObject({ code: "isolate/not-cloneable", message: expect.stringContaining(`given to ${what}()`) as unknown });
    }
    expect(readFileSync(log, "utf8")).toBe("making 1\ncleaning up\nclean\n".repeat(3));
  });

  it.each([
    ["missing.mjs", "count", /cannot be imported: Cannot find module/],
    ["steps.mjs", "absent", /exports no function of that name, but: count, defies, /],
    ["steps.mjs", "notAFunction", /exports no function of that name/],
    ["steps.mjs", "notAGenerator", /gives no async generator/],
  ])("in %s: %s is a bad module", async (file, name, message) => {
    const generator = isolated<Echo>(new URL(file, steps), name)(undefined);
    await expect(generator.next()).rejects.toMatchObject({ code: "isolate/bad-module", message: expect.stringMatching(message) as unknown });
  });

  it("keeps why a module cannot be imported as the cause", async () => {
    const generator = isolated<Echo>(new URL("data:text/javascript,throw Object.assign(new RangeError('at import'), { code: 'E' })"), "any")(undefined);
    await expect(generator.next()).rejects.toMatchObject({ cause: { name: "RangeError", message: "at import", code: "E" } });
  });

  it("thrown before there is a generator is thrown with the first event", async () => {
    expect(await fail("throwsAtOnce")).toMatchObject({ name: "SyntaxError", message: "no such input" });
  });
});
