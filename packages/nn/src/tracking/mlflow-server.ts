import { NnError } from "../nn-error.js";
import { Unreachable } from "./retry-while-unreachable.js";

/** How to reach a tracking server. Credentials default to the variables that MLflow's own client reads; a user name with its password goes before a token. */
export interface MlflowServerOptions {
  /** Address of the server, as a browser shows its start page: `https://host:5000` or `https://host/path`. */
  readonly url: string;
  /** Default: `MLFLOW_TRACKING_USERNAME`. */
  readonly username?: string;
  /** Default: `MLFLOW_TRACKING_PASSWORD`. */
  readonly password?: string;
  /** Default: `MLFLOW_TRACKING_TOKEN`. */
  readonly token?: string;
  /** The longest wait for an answer. Default 30,000. */
  readonly timeoutMs?: number;
  /** What makes requests. Default: the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/** One request of MLflow's REST API 2.0: its path below `mlflow/`, with what it says as a query or as a body of JSON. */
export type MlflowRequest =
  | { readonly get: string; readonly query: Readonly<Record<string, string>> }
  | { readonly post: string; readonly body: Readonly<Record<string, unknown>> };

/** Makes a request once; throws `Unreachable`, `MlflowRefusal`, the signal's reason. */
export type MlflowCall = (request: MlflowRequest, signal?: AbortSignal) => Promise<Readonly<Record<string, unknown>>>;

/** An answer that another attempt does not change; `errorCode` is MLflow's, where it gave one. */
export class MlflowRefusal extends Error {
  override readonly name = "MlflowRefusal";
  constructor(readonly errorCode: string | undefined, message: string) {
    super(message);
  }
}

/** Statuses of a server that is busy or broken for now, for MLflow's own client too. */
const passing: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** The address without slashes at its end; @throws NnError `nn/bad-option` where it is none of a server */
export function mlflowUrl(text: string): string {
  const refuse = (advice: string): never => {
    throw new NnError("nn/bad-option", `nn: the address of an MLflow server must be like http://localhost:5000, got ${JSON.stringify(text)}; ${advice}`);
  };
  const url = URL.canParse(text) ? new URL(text) : refuse("give one with http:// or https://");
  if (!["http:", "https:"].includes(url.protocol)) refuse("give one with http:// or https://");
  if (url.username !== "" || url.password !== "") refuse("set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, and leave them out of the address");
  if (url.search !== "" || url.hash !== "") refuse("leave out what begins with ? or #");
  return url.href.replace(/\/+$/, "");
}

/** A server to make requests to; @throws NnError `nn/bad-option` */
export function mlflowServer({ url, timeoutMs = 30_000, fetch: send = fetch, ...credentials }: MlflowServerOptions): MlflowCall {
  const root = `${mlflowUrl(url)}/api/2.0/mlflow`;
  const headers = { ...authorization(credentials), "content-type": "application/json" };
  return async (request, signal) => {
    const address = "get" in request ? `${root}/${request.get}?${new URLSearchParams(request.query)}` : `${root}/${request.post}`;
    const init = "get" in request ? { headers } : { headers, method: "POST", body: JSON.stringify(request.body) };
    const timeout = AbortSignal.timeout(timeoutMs);
    let answer: Response;
    let text: string;
    try {
      answer = await send(address, { ...init, redirect: "manual", signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]) });
      text = await answer.text();
    } catch (error) {
      signal?.throwIfAborted();
      throw new Unreachable(timeout.aborted ? `no answer within ${timeoutMs / 1000} s` : `no connection: ${reasonOf(error as Error)}`);
    }
    return granted(answer, text);
  };
}

function authorization({ username, password, token }: Pick<MlflowServerOptions, "username" | "password" | "token">): { authorization?: string } {
  const { MLFLOW_TRACKING_USERNAME: name = "", MLFLOW_TRACKING_PASSWORD: word = "", MLFLOW_TRACKING_TOKEN: bearer = "" } = process.env;
  const [user, secret, pass] = [username ?? name, password ?? word, token ?? bearer];
  if (user !== "" && secret !== "") return { authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}` };
  return pass === "" ? {} : { authorization: `Bearer ${pass}` };
}

/** What broke a connection; `fetch` puts it below an error of its own. */
function reasonOf({ cause, message }: Error): string {
  const { code, message: below = message } = (cause ?? {}) as NodeJS.ErrnoException;
  return code ?? below;
}

/** The answer's JSON; @throws Unreachable, MlflowRefusal */
function granted({ ok, status, headers }: Response, text: string): Readonly<Record<string, unknown>> {
  const json = objectIn(text);
  const { error_code: errorCode, message } = (json ?? {}) as { error_code?: string; message?: string };
  const said = message === undefined ? `status ${status}` : `status ${status}, ${message.replace(/\s+/g, " ").slice(0, 300)}`;
  if (passing.has(status)) throw new Unreachable(said);
  if (ok && json !== undefined) return json;
  const location = headers.get("location");
  if (location !== null) throw new MlflowRefusal(undefined, `it redirects to ${location}; give the address that leads there without a detour`);
  if (status === 401 || status === 403) {
    throw new MlflowRefusal(errorCode, `${said}; set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, to who may log there`);
  }
  if (errorCode !== undefined) throw new MlflowRefusal(errorCode, said);
  throw new MlflowRefusal(undefined, `it does not answer as an MLflow server does (status ${status}); check the address`);
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === "object" && json !== null ? json as Readonly<Record<string, unknown>> : undefined;
  } catch {
    return undefined;
  }
}
