export type NnErrorCode =
  | "nn/bad-option"
  | "nn/bad-checkpoint"
  | "nn/bad-safetensors"
  | "nn/bad-model-folder"
  | "nn/bad-torch-file"
  | "nn/missing-tensor"
  | "nn/missing-path"
  | "nn/mlflow-refused"
  | "nn/mlflow-unreachable"
  | "nn/not-finite"
  | "nn/other-run"
  | "nn/sequence-too-long"
  | "nn/write-failed"
  | "nn/wrong-head";

/** The error of this package: a literal `code` and a one-line message that says what was needed, what was given, what to do. */
export class NnError extends Error {
  override readonly name = "NnError";
  constructor(readonly code: NnErrorCode, message: string) {
    super(message);
  }
}
