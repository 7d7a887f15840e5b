import { formatNumber } from "@bort/bench";
import { type Tokenizer } from "@bort/data";
import { type Model } from "@bort/nn";
import { type PrunedRound } from "@bort/schubert-prune";
import { type PruningEvent } from "./follow-pruning.js";
import { prunedModel, type PrunedModel, prunedModelLines } from "./pruned-model.js";
import { LiveTable, type WholeNetwork } from "./pruning-table.js";
import { type RunFolder } from "./run-folder.js";
import { saveWithOnnx } from "./save-with-onnx.js";

export interface PruningOutcomeOptions {
  readonly run: RunFolder;
  readonly tokenizer: Tokenizer;
  /** How many targets there are: of one alone, the run's folder is its place. */
  readonly targets: number;
  /** Of the targets, as it is written after a value. */
  readonly unit: string;
  /** Takes lines for people, as the rounds come. */
  readonly tell: (line: string) => void;
}

/** What a run has come to: it shows the rounds as they end, and saves the networks that meet targets. */
export class PruningOutcome {
  readonly models: PrunedModel[] = [];
  readonly #options: PruningOutcomeOptions;
  #whole: WholeNetwork | undefined;
  #table: LiveTable | undefined;

  constructor(options: PruningOutcomeOptions) {
    this.#options = options;
  }

  /** The network before anything is cut, which is told first. */
  get whole(): WholeNetwork {
    return this.#whole!;
  }

  take(event: PruningEvent): void {
    const { unit, tell } = this.#options;
    if (event.type === "started") {
      this.#whole = event;
      this.#table = new LiveTable(event, unit);
      tell(this.#table.head());
    }
    if (event.type === "pruned") tell(this.#table!.row(event));
    if (event.type === "target") this.#keep(event, event.model);
  }

  /** Saves the last network as the run's own. */
  saveLast(model: Model): void {
    saveWithOnnx(this.#options.run.path, model, this.#options.tokenizer);
  }

  /** What there is to say of each network. */
  get notes(): string[] {
    return this.models.flatMap((each) => prunedModelLines(each, `${formatNumber(each.value)} ${this.#options.unit}`));
  }

  #keep(round: PrunedRound, model: Model): void {
    const { run, tokenizer, targets } = this.#options;
    const folder = targets === 1 ? "." : `target-${this.models.length + 1}`;
    const pruned = prunedModel(round, folder, this.whole.arch);
    if (folder !== ".") {
      saveWithOnnx(run.at(folder), model, tokenizer);
      run.describe(pruned, folder); // With the task and its casting, by which the model is evaluated.
    }
    this.models.push(pruned);
  }
}
