import { type EncodedThrown } from "./thrown-codec.js";

/** What a child process is started for. */
export interface Task {
  /** Address of the module. */
  readonly url: string;
  readonly exportName: string;
  readonly input: unknown;
}

/** A request that the child answers with one reply; the next one is made after that. */
export type Resumption =
  | { readonly kind: "start"; readonly task: Task; readonly execArgv: readonly string[] }
  | { readonly kind: "next"; readonly value: unknown }
  | { readonly kind: "return"; readonly value: unknown }
  | { readonly kind: "throw"; readonly error: EncodedThrown };

/** From parent to child. An abort may come at any time and has no reply. */
export type Request = Resumption | { readonly kind: "abort"; readonly reason: EncodedThrown };

/** From child to parent. */
export type Reply =
  | { readonly kind: "event"; readonly value: unknown }
  | { readonly kind: "result"; readonly value: unknown }
  | { readonly kind: "thrown"; readonly error: EncodedThrown }
  | { readonly kind: "not-cloneable"; readonly what: "event" | "result"; readonly problem: string }
  | { readonly kind: "bad-module"; readonly problem: string; readonly error?: EncodedThrown };
