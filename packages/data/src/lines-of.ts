/** The lines of a stream of text, without their "\n"; the last one may be empty. Throws what `refuse` makes for a line longer than `mostCharacters`. */
export async function* linesOf(
  chunks: AsyncIterable<string> | Iterable<string>, mostCharacters: number = Infinity, refuse?: (line: number) => Error,
): AsyncGenerator<string> {
  let begun: string[] = []; // The parts of a line whose end has not come.
  let characters = 0;
  let line = 1;
  for await (const chunk of chunks) {
    const lines = chunk.split("\n");
    const rest = lines.pop()!;
    if (lines.length > 0) {
      lines[0] = begun.join("") + lines[0]!;
      begun = [];
      characters = 0;
      line += lines.length;
      yield* lines;
    }
    begun.push(rest);
    characters += rest.length;
    if (characters > mostCharacters) throw refuse?.(line) ?? new RangeError(`line ${line} is longer than ${mostCharacters} characters`);
  }
  yield begun.join("");
}
