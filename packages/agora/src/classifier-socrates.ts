import { type Socrates } from "./agora-options.js";
import { exampleAnswers, type ExampleAnswersOptions } from "./example-answers.js";

/**
 * A Socrates that is a fine-tuned classifier, or a model of a value: it gives the likeliest label by its name, whatever the order of its outputs, with the
 * probabilities of all in `distribution`.
 */
export const classifierSocrates = (options: Omit<ExampleAnswersOptions, "signal">): Socrates => (examples, { signal }) => exampleAnswers(examples, { ...options, signal });
