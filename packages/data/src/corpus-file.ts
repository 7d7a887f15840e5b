/** How a file holds its documents: as plain text, one JSON object a line, or the rows of an Apache Parquet file. */
export type CorpusFormat = "text" | "jsonl" | "parquet";

/** One file of a corpus. */
export interface CorpusFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** When it was last written, in milliseconds since 1970. */
  readonly modifiedMs: number;
  readonly format: CorpusFormat;
  readonly gzip: boolean;
}

const formats: Readonly<Record<string, Pick<CorpusFile, "format" | "gzip">>> = {
  ".txt": { format: "text", gzip: false },
  ".txt.gz": { format: "text", gzip: true },
  ".jsonl": { format: "jsonl", gzip: false },
  ".jsonl.gz": { format: "jsonl", gzip: true },
  ".parquet": { format: "parquet", gzip: false },
};

/** The endings of the files that a corpus is made of, for messages. */
export const CORPUS_ENDINGS: string = Object.keys(formats).join(", ");

/** The format that a file's name says, in capitals or not; undefined where it says none. */
export function formatOf(name: string): Pick<CorpusFile, "format" | "gzip"> | undefined {
  const ending = /\.(?:(?:txt|jsonl)(?:\.gz)?|parquet)$/i.exec(name)?.[0];
  return ending === undefined ? undefined : formats[ending.toLowerCase()];
}
