import { random, type TextExample } from "@bort/data";
import { AgoraError } from "./agora-error.js";
import { binomialTail } from "./binomial-tail.js";
import { FEATURE_PLACES, hashedFeatures } from "./hashed-features.js";
import { logisticRegression, logOdds } from "./logistic-regression.js";

/** What a classifier made of two samples. */
export interface TwoSampleResult {
  /** The share of tested texts whose sample it named: near 1/2 where the samples are alike. 1/2 where none was tested. */
  readonly accuracy: number;
  /** Texts that it was tested on, the same number of each sample. */
  readonly tested: number;
  /** The probability of that accuracy, or a higher one, where both samples are of one distribution: exact, binomial. */
  readonly pValue: number;
}

export interface TwoSampleOptions {
  /** Decides which texts train, which test and which are left out. Default 0. */
  readonly seed?: number;
  /** The most texts of each sample that are looked at, in training and testing together. Default 5,000. */
  readonly mostTexts?: number;
}

type Sample = readonly Pick<TextExample, "group" | "pair" | "text">[];

/**
 * How well a classifier tells two samples of texts apart that it has not seen: logistic regression on hashed words and pairs of words, trained on one half and
 * tested on the other. Labels are not read.
 *
 * Of examples that share a group or a text, as a question's options or a passage's questions do, one is drawn, because they would not be right or wrong
 * independently. Each falls into the half that the hash of its text says, whichever sample it is of, and of either half as many are taken of the one sample as of
 * the other. The order of examples does not matter, nor which sample is the first.
 *
 * @throws AgoraError `agora/bad-option` for texts that are no whole number from 4
 *
 * Source: Lopez-Paz and Oquab 2017 (arXiv 1610.06545).
 */
export function twoSampleTest(first: Sample, second: Sample, { seed = 0, mostTexts = 5000 }: TwoSampleOptions = {}): TwoSampleResult {
  if (!Number.isSafeInteger(mostTexts) || mostTexts < 4) {
    throw new AgoraError("agora/bad-option", `agora: a two-sample test needs a whole number of texts from 4, got ${mostTexts}`);
  }
  const texts = [...drawn(first, false, seed), ...drawn(second, true, seed)].sort((a, b) => a.order - b.order);
  const training = inEqualShares(texts.filter(({ isTest }) => !isTest), Math.floor(mostTexts / 2));
  const testing = inEqualShares(texts.filter(({ isTest }) => isTest), Math.floor(mostTexts / 2));
  const tested = testing.length;
  if (training.length === 0 || tested === 0) return { accuracy: 1 / 2, tested: 0, pValue: 1 };
  const weights = logisticRegression(training.map(({ features }) => features()), training.map(({ isSecond }) => isSecond), FEATURE_PLACES);
  const right = testing.filter(({ features, isSecond }) => logOdds(weights, features()) > 0 === isSecond).length;
  return { accuracy: right / tested, tested, pValue: binomialTail(right, tested, 1 / 2) };
}

/** A text of a sample, and where its hash puts it. */
interface Drawn {
  readonly isSecond: boolean;
  readonly isTest: boolean;
  readonly order: number;
  readonly features: () => Int32Array;
}

/** An example of each group, and of these one of each text. */
function drawn(sample: Sample, isSecond: boolean, seed: number): Drawn[] {
  const ofGroups = oneOfEach(sample, (example) => example.group ?? example, seed);
  return oneOfEach(ofGroups, ({ text }) => text, seed).map((example) => {
    const draws = random(seed, "two-sample half", example.text);
    return { isSecond, isTest: draws.uniform() < 0.5, order: draws.uniform(), features: () => hashedFeatures(example) };
  });
}

/** Of the examples of each key the one that a hash draws. */
function oneOfEach(sample: Sample, keyOf: (example: Sample[number]) => unknown, seed: number): Sample {
  const lots = new Map<unknown, { readonly lot: number; readonly example: Sample[number] }>();
  for (const example of sample) {
    const lot = random(seed, "two-sample lot", example.text, example.pair ?? "").uniform();
    const key = keyOf(example);
    if (lot < (lots.get(key)?.lot ?? 1)) lots.set(key, { lot, example });
  }
  return [...lots.values()].map(({ example }) => example);
}

/** The first texts of either sample, as many of the one as of the other and no more than `most`. */
function inEqualShares(texts: readonly Drawn[], most: number): Drawn[] {
  const ofEach = [false, true].map((isSecond) => texts.filter((text) => text.isSecond === isSecond));
  const share = Math.min(most, ...ofEach.map(({ length }) => length));
  const kept = new Set(ofEach.flatMap((same) => same.slice(0, share)));
  return texts.filter((text) => kept.has(text));
}
