/** Ways in which a process ends or does not. */
export async function* ends(how) {
  yield process.pid;
  if (how === "exit") process.exit(3);
  if (how === "abort") process.abort();
  if (how === "kill") process.kill(process.pid, "SIGKILL");
  if (how === "uncaught") setTimeout(() => { throw new Error("thrown in a timer"); });
  if (how === "disconnect") process.disconnect();
  if (how === "memory") for (const kept = []; ;) kept.push(new Array(1000).fill(kept.length));
  if (how === "words") {
    process.stderr.write(`${"x".repeat(20_000)}the last words\n`);
    process.exit(1);
  }
  await new Promise(() => {});
}

/** Blocks its thread, for a time or for good, after it has said so on standard output. */
export async function* spins(milliseconds) {
  yield process.pid;
  process.stdout.write("spinning\n");
  for (const until = Date.now() + milliseconds; Date.now() < until;);
  return "spun";
}

/** Returns, and leaves a timer and a server behind. */
export async function* leavesHandles() {
  const { createServer } = await import("node:net");
  setInterval(() => {}, 1000);
  createServer().listen(0);
  yield process.pid;
  return process.pid;
}

/** Starts a process that holds its standard error, and dies. */
export async function* leavesChild() {
  const { spawn } = await import("node:child_process");
  const other = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60_000)"], { stdio: ["ignore", "ignore", "inherit"], detached: true });
  yield other.pid;
  process.exit(5);
}

/** Starts a module of its own as Node does for `fork`. */
export async function* forks() {
  const { fork } = await import("node:child_process");
  const other = fork(new URL("./forked.mjs", import.meta.url), { stdio: ["ignore", "ignore", "ignore", "ipc"] });
  return new Promise((resolve) => other.once("message", resolve));
}

export async function* untilAborted(_input, { signal }) {
  yield process.pid;
  process.stdout.write("ready\n");
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
  return `ended in order: ${signal.reason.message}`;
}
