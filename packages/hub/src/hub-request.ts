import { HubError, type HubErrorCode } from "./hub-error.js";
import { type HubSettings } from "./hub-settings.js";
import { TransientError } from "./transient-error.js";

/** A file of a model, or of a data set, at a revision. */
export interface FileAddress {
  /** `org/name`; of a data set `datasets/org/name`. */
  readonly repository: string;
  readonly revision: string;
  readonly file: string;
}

const MOST_REDIRECTS = 10;
const isRedirect = ({ status, headers }: Response): boolean => status >= 300 && status < 400 && headers.has("location");
const pathOf = ({ repository, revision, file }: FileAddress): string => `${repository}/resolve/${encodeURIComponent(revision)}/${file}`;

/**
 * Asks for a file and follows redirects, and gives every answer on the way, the last one first. A HEAD request stops before it leaves the endpoint, as
 * the hub says size and hash there; a GET goes on, without the token.
 *
 * @throws HubError `hub/not-found`, `hub/no-access`, `hub/bad-answer`; TransientError; the signal's reason
 */
export async function requestFile(
  address: FileAddress, method: "GET" | "HEAD", settings: HubSettings, headers: Readonly<Record<string, string>> = {},
): Promise<readonly [Response, ...Response[]]> {
  const home = new URL(settings.endpoint).origin;
  const answers: Response[] = [];
  let url = new URL(`${settings.endpoint}/${pathOf(address)}`);
  while (answers.length <= MOST_REDIRECTS) {
    const isHome = url.origin === home;
    const authorization = isHome && settings.token !== undefined ? { authorization: `Bearer ${settings.token}` } : {};
    const answer = await send(url, { method, headers: { "accept-encoding": "identity", ...headers, ...authorization } }, settings.signal);
    answers.unshift(answer);
    if (!isRedirect(answer)) {
      await requireSuccess(answer, address, isHome, settings);
      return [answer, ...answers.slice(1)];
    }
    await answer.body?.cancel();
    const next = new URL(answer.headers.get("location")!, url);
    if (method === "HEAD" && next.origin !== home) return [answer, ...answers.slice(1)];
    url = next;
  }
  throw new HubError("hub/bad-answer", `hub: ${settings.endpoint} redirects ${pathOf(address)} more than ${MOST_REDIRECTS} times; check HF_ENDPOINT`);
}

async function send(url: URL, init: RequestInit, signal: AbortSignal | undefined): Promise<Response> {
  try {
    return await fetch(url, { ...init, redirect: "manual", signal: signal ?? null });
  } catch (error) {
    signal?.throwIfAborted();
    throw new TransientError(`no connection to ${url.host} (${reasonOf(error)})`);
  }
}

/** What broke a connection; `fetch` puts it below an error of its own. */
export function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  const { code, message: below } = (cause ?? {}) as NodeJS.ErrnoException;
  return code ?? (below === undefined || below === "" ? message : below);
}

/** Statuses of a server that is busy or broken for now. */
const passing = (status: number): boolean => status === 408 || status === 425 || status === 429 || status >= 500;

async function requireSuccess(answer: Response, address: FileAddress, isHome: boolean, settings: HubSettings): Promise<void> {
  const { status, headers } = answer;
  if (answer.ok || status === 416) return;
  await answer.body?.cancel();
  // A store that the endpoint redirects to refuses addresses that have expired: the next attempt asks for another.
  if (passing(status) || !isHome) throw new TransientError(`the server answered ${status}`, { retryAfterMs: retryAfterMs(headers) });
  const { repository, revision, file } = address;
  const from = `${settings.endpoint}/${repository}`;
  const reason = headers.get("x-error-code");
  const refusal = (code: HubErrorCode, message: string): HubError => new HubError(code, `hub: ${message}`);
  if (reason === "RevisionNotFound") throw refusal("hub/not-found", `${from} has no revision ${revision}; leave it out for main, or check the branch, tag or commit`);
  if (status === 404 && reason !== "RepoNotFound") throw refusal("hub/not-found", `${from} has no file ${file} at ${revision}; give one that has it`);
  if (reason === "GatedRepo") throw refusal("hub/no-access", `${from} is gated: accept its terms on its page, then set HF_TOKEN to a token of that account`);
  if (![401, 403, 404].includes(status)) throw refusal("hub/bad-answer", `${from} answered ${status} for ${file}; check HF_ENDPOINT`);
  // The hub answers 401 for a model that there is not, too, so as not to tell which ones are private.
  const advice = settings.token === undefined ? "set HF_TOKEN if it is private" : "check that HF_TOKEN may read it";
  throw refusal(status === 404 ? "hub/not-found" : "hub/no-access", `there is no ${repository.startsWith("datasets/") ? "data set" : "model"} ${from}, or it is private (status ${status}); check the name, and ${advice}`);
}

function retryAfterMs(headers: Headers): number | undefined {
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  return seconds >= 0 ? 1000 * seconds : undefined;
}
