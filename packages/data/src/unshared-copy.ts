/**
 * A text that holds its own characters and no more. What is cut out of a text is a view of all of it in V8, so a map that keeps a word for long must keep a
 * copy, or the chunk that the word was read in stays in memory with it.
 */
export const unsharedCopy = (text: string): string => ` ${text}`.slice(1); // A view, too, but of the word and a space.
