import { run } from "./run.js";

const leaving = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.on(name, () => {
    if (leaving.signal.aborted) process.exit(130);
    leaving.abort();
  });
}
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(); // Whoever read the output has left, as `head` does.
});
process.stderr.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error; // Where nobody reads it any more, the work goes on: its result is elsewhere.
});
process.exitCode = await run(process.argv.slice(2), process, leaving.signal);
