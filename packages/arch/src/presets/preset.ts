import { type Accounting } from "../accounting.js";
import { type EncoderArch } from "../encoder-arch.js";

/** A published architecture, and where its dimensions come from. */
export interface Preset {
  readonly arch: EncoderArch;
  readonly source: string;
  /** Other names by which {@link presetNamed} finds it. Default: none. */
  readonly aliases?: readonly string[];
  /** The size that its paper prints, in millions, and how that is counted. Default: none is printed. */
  readonly printed?: { readonly millions: number; readonly accounting: Accounting };
}
