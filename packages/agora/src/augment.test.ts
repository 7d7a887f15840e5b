import { type TextExample } from "@bort/data";
import { expect, it } from "vitest";
import { confident } from "./accept.js";
import { type Socrates } from "./agora-options.js";
import { augment } from "./augment.js";
import { textTau } from "./tau/text-tau.js";

const sources: TextExample[] = [1, 2, 3].map((n) => ({ text: String(n), label: "old" }));
/** Leaves "3" as it is. */
const tau = textTau("tenfold", (text, random) => (text === "3" ? text : String(10 * Number(text) + random.integer(5))));
const socrates: Socrates = async (examples) =>
  examples.map((example) => ({ ...example, label: "new", distribution: Number(example.text) < 20 ? { new: 0.9, old: 0.1 } : { new: 0.6, old: 0.4 } }));

it("gives what tau changed, with the labels of Socrates alone", async () => {
  const { examples, transformed } = await augment(sources, { tau, socrates, seed: 1, copies: 2 });
  expect(transformed).toBe(4);
  expect(examples.map(({ text }) => text[0])).toEqual(["1", "2", "1", "2"]);
  for (const { text, ...answer } of examples) expect([text.length, answer]).toEqual([2, { label: "new" }]);
  expect(await augment(sources, { tau, socrates, seed: 1, copies: 2 })).toEqual({ examples, transformed });
});

it("keeps probabilities where soft labels are asked for, and refuses a Socrates that has none", async () => {
  const { examples } = await augment(sources, { tau, socrates, seed: 1, softLabels: true });
  expect(examples[0]!.distribution).toEqual({ new: 0.9, old: 0.1 });
  const hard: Socrates = async (given) => given.map((example) => ({ ...example, label: "new" }));
  await expect(augment(sources, { tau, socrates: hard, seed: 1, softLabels: true })).rejects.toMatchObject({ code: "agora/bad-option" });
});

it("takes only what is accepted, and counts what there was before", async () => {
  const { examples, transformed } = await augment(sources, { tau, socrates, seed: 1, accept: confident(0.8) });
  expect([examples.map(({ text }) => text[0]), transformed]).toEqual([["1"], 2]);
});

it("asks Socrates nothing where there is nothing new", async () => {
  const silent: Socrates = () => Promise.reject(new Error("asked"));
  expect(await augment([{ text: "3" }], { tau, socrates: silent, seed: 1 })).toEqual({ examples: [], transformed: 0 });
});
