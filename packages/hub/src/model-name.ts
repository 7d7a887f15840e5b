import { HubError } from "./hub-error.js";

/** A model of the hub at one revision. */
export interface ModelName {
  /** `org/name`, or `name` alone for the models that have no organization. */
  readonly repository: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
}

/** A part of a name between slashes: it begins with a letter or digit, so that none is `.` or `..`. */
const part = String.raw`[A-Za-z0-9][\w.-]*`;
const pattern = new RegExp(`^(${part}(?:/${part})?)(?:@(${part}(?:/${part})*))?$`);

/** Whether a text can name a model of the hub: `name`, `org/name`, either with `@revision`. */
export const isModelName = (text: string): boolean => pattern.test(text);

/** Reads `org/name@revision`; without a revision it is `main`. @throws HubError `hub/bad-name` */
export function parseModelName(text: string): ModelName {
  const [, repository, revision = "main"] = pattern.exec(text) ?? [];
  if (repository !== undefined) return { repository, revision };
  throw new HubError("hub/bad-name",
    `hub: a model must be named as name, org/name or org/name@revision, got ${JSON.stringify(text)}; copy the name from the model's page`);
}

/** Whether a revision is a commit, which always means the same files. */
export const isCommit = (revision: string): boolean => /^[0-9a-f]{40}$/.test(revision);
