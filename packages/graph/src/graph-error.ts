export type GraphErrorCode =
  | "graph/shape" | "graph/dtype" | "graph/attribute" | "graph/not-scalar" | "graph/dynamic-dimension"
  | "graph/missing-feed" | "graph/bad-feed" | "graph/index" | "graph/disposed";

/** A graph that cannot be built or run; the message says what was needed and what was given. */
export class GraphError extends Error {
  override readonly name = "GraphError";
  constructor(readonly code: GraphErrorCode, message: string) {
    super(message);
  }
}
