import { type ArchTuple, type EncoderArch } from "@bort/arch";
import { type MlmModel } from "@bort/nn";
import { usageError } from "./cli-error.js";
import { findMlmModel } from "./find-mlm-model.js";
import { type FindModelContext } from "./find-model.js";
import { type FoundTeachers } from "./find-teachers.js";
import { encoderOf, frameOf, sequenceLengthFor } from "./training-options.js";
import { vocabularyDifference } from "./vocabulary-difference.js";

/** What the options say of it. */
export interface StudentStartOptions {
  readonly teacher: readonly string[];
  readonly "sequence-length": number | undefined;
  /** Whether the weights of the student that is named are left where they are. */
  readonly fresh: boolean;
  readonly quiet: boolean;
}

/** What a distillation begins with. */
export interface StudentStart {
  readonly arch: EncoderArch;
  readonly sequenceLength: number;
  /** SHA-256 of the weights, where there are some. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The weights to begin with, absent where they are fresh. */
  readonly trained?: MlmModel;
}

/**
 * The student that `student` names, or a fresh one of its architecture, or of that given.
 *
 * @throws CliError `cli/usage` where its vocabulary is not the teachers', or it does not read the sequences; what `findMlmModel` and `encoderOf` throw
 */
export async function studentStart(
  student: string | ArchTuple, { models: teachers, tokenizer }: FoundTeachers, options: StudentStartOptions, context: FindModelContext,
): Promise<StudentStart> {
  const given = options["sequence-length"];
  if (typeof student !== "string") {
    const sequenceLength = sequenceLengthFor(teachers, given);
    return { arch: encoderOf(student, frameOf(tokenizer), sequenceLength), sequenceLength, inputs: {} };
  }
  const { model, sha256, ...found } = await findMlmModel(student, options, context);
  const difference = vocabularyDifference(found.tokenizer, tokenizer);
  if (difference !== undefined) {
    throw usageError(`--student needs the vocabulary of --teacher, but ${student} has ${difference[0]} and ${options.teacher[0]} ${difference[1]}; give a student of that vocabulary`);
  }
  return { arch: model.arch, sequenceLength: sequenceLengthFor([model, ...teachers], given, "student or a teacher"), inputs: { student: sha256 }, ...(!options.fresh && { trained: model }) };
}
