import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Counts, and says in a file what it does; the value of `next()` is in the next event. */
export async function* count({ to, log }, { signal }) {
  const say = (line) => log && appendFileSync(log, `${line}\n`);
  let received;
  try {
    for (let i = 1; i <= to; i++) {
      say(`making ${i}`);
      received = yield { i, received, aborted: signal.aborted };
    }
    return `counted to ${to}`;
  } catch (error) {
    say(`caught ${error.name}: ${error.message}`);
    return { caught: error };
  } finally {
    say("cleaning up");
    await sleep(1);
    say("clean");
  }
}

export async function* echo(input) {
  yield input;
  return input;
}

/** Yields its process id, and goes on. */
export async function* pid() {
  for (;;) yield process.pid;
}

/** Yields the reason of an abort, then throws it, bare or wrapped. */
export async function* untilAborted({ wrapped }, { signal }) {
  yield "waiting";
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  yield { name: signal.reason?.name, message: signal.reason?.message, code: signal.reason?.code, text: String(signal.reason) };
  throw wrapped ? Object.assign(new TypeError("stopped", { cause: signal.reason }), { all: [new Error("x"), signal.reason] }) : signal.reason;
}

export async function* defies(_input, { signal }) {
  try {
    yield "started";
    await new Promise(() => signal.addEventListener("abort", () => {}));
  } finally {
    await new Promise(() => {});
  }
}

/** Keeps on yielding in its `finally` block, and has the last word on the result. */
export async function* reluctant() {
  try {
    yield "work";
  } finally {
    yield "not yet";
    return "my own result";
  }
}

class Failure extends RangeError {
  name = "Failure";
  code = "test/failure";
  details = { at: new Float32Array([1.5]), list: [1, 2] };
  method = () => "cannot be cloned";
}

export async function* fails(what) {
  yield "before";
  const cause = new AggregateError([new TypeError("first"), "second"], "both", { cause: Object.assign(new Error("root"), { code: "ROOT" }) });
  if (what === "failure") throw new Failure("out of range", { cause });
  if (what === "value") throw { plain: true };
  throw () => "a function";
}

export async function* unclonable({ where, log }) {
  try {
    if (where === "event") yield { f() {} };
    return Symbol("result");
  } finally {
    appendFileSync(log, `cleaning up after ${where}\n`);
  }
}

export const notAFunction = 1;
export const notAGenerator = () => 1;
export const throwsAtOnce = () => { throw new SyntaxError("no such input"); };
