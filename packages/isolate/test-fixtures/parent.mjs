/** A program that uses the bundled package: `node parent.mjs <bundle> <function of ends.mjs> <what to do>`. */
const [bundle, name, act] = process.argv.slice(2);
const { isolated } = await import(bundle);
const ends = new URL("./ends.mjs", import.meta.url);

const leaving = new AbortController();
process.on("SIGINT", () => leaving.abort(new Error("Ctrl-C")));

const generator = isolated(ends, name)(Infinity, { signal: leaving.signal });
const { value } = await generator.next();
process.stdout.write(`event ${Number.isInteger(value)}\n`);
if (act === "finish") {
  const { value: result } = await generator.next();
  process.stdout.write(`result ${result === value ? "same" : result}\n`);
}
process.stdout.write("end of program\n");
