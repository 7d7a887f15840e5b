import { textTau } from "@bort/agora";
import { type TextExample } from "@bort/data";
import { expect, it } from "vitest";
import { generateExamples } from "./generate-examples.js";

const sources: TextExample[] = Array.from({ length: 10 }, (_, i) => ({ text: String(i), label: "none" }));
const socrates = async (examples: readonly TextExample[]): Promise<readonly TextExample[]> => examples.map((example) => ({ ...example, label: "new" }));
/** Leaves three of four texts as they are. */
const tau = textTau("rare", (text, rng) => (rng.integer(4) === 0 ? `${text}!` : text));

it("makes exactly as many as it is told, of sources drawn again and again, with the labels of Socrates", async () => {
  const made = await generateExamples(sources, 25, { tau, socrates, seed: 0 });
  expect(made).toHaveLength(25);
  for (const { text, label } of made) expect([/^\d!$/.test(text), label]).toEqual([true, "new"]);
  expect(new Set(made.map(({ text }) => text)).size).toBeGreaterThan(5);
  expect(await generateExamples(sources, 25, { tau, socrates, seed: 0 })).toEqual(made);
  expect(await generateExamples(sources, 0, { tau, socrates, seed: 0 })).toEqual([]);
});

it("says that a tau makes nothing", async () => {
  await expect(generateExamples(sources, 1, { tau: textTau("same", (text) => text), socrates, seed: 0 })).rejects.toMatchObject({ code: "bench/no-examples" });
});
