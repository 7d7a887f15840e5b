/** A search with two workers and a log: `node search-program.mjs <bundle of the package> <log> <diary>`; prints the ranking. */
const [bundle, path, diary] = process.argv.slice(2);
const { exhaustiveSearch, openTrialLog, processExecutor } = await import(bundle);

const log = await openTrialLog(path, { toy: 1 });
const archs = [1, 2, 3].flatMap((depth) => [1, 2].flatMap((heads) => [4, 8].map((hidden) => [depth, heads, hidden, 8])));
const search = exhaustiveSearch({
  space: archs, maximumPoint: { parameters: 1000, latencyMs: 100 }, hyperparameters: [{ rate: 1 }],
  objectives: { parameters: ([depth, , hidden]) => depth * hidden, latenciesMs: async (asked) => asked.map(([depth]) => depth) },
  executor: processExecutor({ module: new URL("./trials.mjs", import.meta.url), exportName: "toyTrial", input: { milliseconds: 40, diary }, workers: 2, threads: 1 }),
  measured: log.measured, completed: log.trials,
});
let next = await search.next();
for (; !next.done; next = await search.next()) await log.record(next.value);
await log.close();
process.stdout.write(JSON.stringify(next.value.trials.map(({ arch, w }) => [arch.join(), w])));
