import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TestProgram } from "./test-program.js";
import { TestWorkplace } from "./test-workplace.js";

const program = new TestProgram("agora-workers");
const place = new TestWorkplace();
const task = ["--task", "classification", "--train", place.at("moods.csv"), "--dev", place.at("moods.csv"), "--text", "said", "--label", "mood"];

beforeAll(async () => {
  place.write("moods.csv", ["said,mood", ...Array.from({ length: 16 }, (_, i) => `${i % 2 === 0 ? "good" : "bad"} ${i},${i % 2 === 0 ? "glad" : "sad"}`)].join("\n"));
  place.write("theta.json", JSON.stringify({ learningRate: [1e-3, 1e-2], weightDecay: [0], warmupRatio: [0.1], seed: [0] }));
  await program.build();
  expect((await place.bort(place.pretraining("base"))).code).toBe(0);
  expect((await place.bort(["finetune", "--model", place.at("base"), ...task, "--steps", "4", "--threads", "1", "--out", place.at("socrates")])).code).toBe(0);
}, 60_000);
afterAll(() => {
  program.remove();
  place.remove();
});

const agora = (out: string, ...more: string[]): string[] => [
  "agora", "--model", place.at("base"), "--socrates", place.at("socrates"), ...task, "--theta", place.at("theta.json"), "--epochs", "2", "--batch-size", "8", "--override", "--all-rounds", "--threads", "1",
  "--json", "--out", place.at(out), ...more,
];

it("bort agora --workers gives what trainings in one process give", async () => {
  const whole = await place.bort(agora("whole"));
  const { text, ended } = program.start(agora("apart", "--workers", "2"));
  expect([await ended(), text.stderr]).toEqual([0, expect.any(String)]);
  const placeless = ({ out, ...result }: Record<string, unknown>): Record<string, unknown> => result;
  expect(placeless(JSON.parse(text.stdout.trimEnd().split("\n").at(-1)!) as Record<string, unknown>)).toEqual(placeless(whole.json()));
  expect(readFileSync(place.at("apart/model.safetensors"))).toEqual(readFileSync(place.at("whole/model.safetensors")));
});
