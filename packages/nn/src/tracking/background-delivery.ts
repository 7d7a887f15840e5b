import { setTimeout as sleep } from "node:timers/promises";
import { Unreachable, retryWhileUnreachable } from "./retry-while-unreachable.js";

export interface BackgroundDeliveryOptions<Item> {
  /** Throws `Unreachable` where it may succeed later; items of a call that throws anything else are lost. */
  readonly send: (items: readonly Item[]) => Promise<void>;
  /** Items of one call, at most. */
  readonly batchSize: number;
  /** How long items are gathered before a call. */
  readonly intervalMs: number;
  /** Items that wait, at most; what comes beyond is lost. */
  readonly limit: number;
  /** Failures in a row after which the last items are given up when all is to end; before that they are tried for ever. */
  readonly retries: number;
  readonly retryDelayMs: number;
  /** Is told once of failures in a row, with the last one, and once of items that were lost otherwise. */
  readonly onOutage: (reason: string) => void;
  readonly onLoss: (reason: string) => void;
}

/** What a delivery ended with. */
export interface DeliveryEnd {
  readonly lostItems: number;
  /** Why the last ones of them were lost. */
  readonly reason: string | undefined;
  /** Whether there was no answer to the end. */
  readonly isUnreachable: boolean;
}

/** Failures in a row that are nothing to speak of: a connection that was closed while it was idle, a server that starts anew. */
const FAILURES_TO_TELL = 3;

/** Sends items in the order in which they come, in batches, while whoever gives them goes on. */
export class BackgroundDelivery<Item> {
  readonly #options: BackgroundDeliveryOptions<Item>;
  readonly #waiting: Item[] = [];
  readonly #closing: AbortController = new AbortController();
  readonly #told: Set<"outage" | "loss"> = new Set();
  #running: Promise<void> | undefined;
  #lostItems = 0;
  #reason: string | undefined;
  #isUnreachable = false;

  constructor(options: BackgroundDeliveryOptions<Item>) {
    this.#options = options;
  }

  /** Takes items to send; returns at once. */
  put(items: readonly Item[]): void {
    const taken = items.slice(0, Math.max(0, this.#options.limit - this.#waiting.length));
    this.#waiting.push(...taken);
    if (taken.length < items.length) this.#lose(items.length - taken.length, `more than ${this.#options.limit} waited`);
    if (this.#waiting.length > 0) this.#running ??= this.#run();
  }

  /** Sends what waits, and gives up where that fails. No more may be put in afterwards. */
  async close(): Promise<DeliveryEnd> {
    this.#closing.abort();
    await this.#running;
    return { lostItems: this.#lostItems + this.#waiting.length, reason: this.#reason, isUnreachable: this.#isUnreachable };
  }

  async #run(): Promise<void> {
    const { batchSize, intervalMs } = this.#options;
    while (this.#waiting.length > 0 && !this.#isUnreachable) {
      if (!this.#isClosing && this.#waiting.length < batchSize) await this.#wait(intervalMs);
      const batch = this.#waiting.slice(0, batchSize);
      const isDone = await this.#deliver(batch);
      if (isDone) this.#waiting.splice(0, batch.length);
    }
    this.#running = undefined;
  }

  /** Whether the batch was dealt with: sent, or lost for good. */
  async #deliver(batch: readonly Item[]): Promise<boolean> {
    const { send, retries, retryDelayMs, onOutage } = this.#options;
    const givesUp = (failures: number, { message }: Unreachable): boolean => {
      if (failures === FAILURES_TO_TELL && !this.#isClosing) this.#tellOnce("outage", () => onOutage(message));
      return this.#isClosing && failures > retries;
    };
    try {
      await retryWhileUnreachable(() => send(batch), { retryDelayMs, givesUp, wait: (ms) => this.#wait(ms) });
      return true;
    } catch (error) {
      this.#reason = (error as Error).message;
      this.#isUnreachable = error instanceof Unreachable;
      if (!this.#isUnreachable) this.#lose(batch.length, this.#reason);
      return !this.#isUnreachable;
    }
  }

  get #isClosing(): boolean {
    return this.#closing.signal.aborted;
  }

  #lose(items: number, reason: string): void {
    this.#lostItems += items;
    this.#reason = reason;
    this.#tellOnce("loss", () => this.#options.onLoss(reason));
  }

  #tellOnce(what: "outage" | "loss", tell: () => void): void {
    if (!this.#told.has(what)) tell();
    this.#told.add(what);
  }

  /** A wait that the beginning of the end cuts short. */
  async #wait(ms: number): Promise<void> {
    if (this.#isClosing) await sleep(ms);
    else await sleep(ms, undefined, { signal: this.#closing.signal }).catch(() => undefined);
  }
}
