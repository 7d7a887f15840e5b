/** ASCII's punctuation, which an answer is compared without. */
const PUNCTUATION = /[!-/:-@[-`{-~]/g;

/** English articles as whole words, whatever the script around them. */
const ARTICLES = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu;

/** The words of an answer as SQuAD and ReCoRD compare them: lower case, without punctuation and articles (Rajpurkar et al. 2016). */
export const answerWords = (text: string): readonly string[] =>
  text.toLowerCase().replace(PUNCTUATION, "").replace(ARTICLES, " ").split(/\p{White_Space}+/u).filter((word) => word !== "");

/** Whether an answer has the words of one of the right ones, in their order: 1 or 0. */
export const textExactMatch = (answer: string, right: readonly string[]): number =>
  Number(right.some((each) => answerWords(each).join(" ") === answerWords(answer).join(" ")));

/** F1 of the words of an answer against those of the right one that it is most like, 0 to 1; 0 where they share none. */
export const tokenF1 = (answer: string, right: readonly string[]): number => Math.max(...right.map((each) => wordF1(answerWords(answer), answerWords(each))));

function wordF1(predicted: readonly string[], gold: readonly string[]): number {
  const left = new Map<string, number>();
  for (const word of gold) left.set(word, (left.get(word) ?? 0) + 1);
  let shared = 0;
  for (const word of predicted) {
    const count = left.get(word) ?? 0;
    if (count > 0) shared++;
    left.set(word, count - 1);
  }
  return shared === 0 ? 0 : (2 * shared) / (predicted.length + gold.length);
}
