import { homedir } from "node:os";
import { join } from "node:path";
import { HubError } from "./hub-error.js";

/** How to reach the hub, and where to keep what it sends. */
export interface HubOptions {
  /** Default: `BORT_CACHE`, else `bort` in the user's folder for caches. */
  readonly cacheFolder?: string;
  /** Address of the hub, or of a mirror with the same paths. Default: `HF_ENDPOINT`, else `https://huggingface.co`. */
  readonly endpoint?: string;
  /** For private and gated models; it is sent to the endpoint alone, not where that redirects to. Default: `HF_TOKEN`, else none. */
  readonly token?: string;
  /** Makes no request, and takes what is in the cache. Default: whether `BORT_OFFLINE` is 1. */
  readonly offline?: boolean;
  /** How many failures in a row, without more of a file received than before, are tried again. Default 5. */
  readonly retries?: number;
  /** The wait before the first of these; each further one is twice as long. Default 500. */
  readonly retryDelayMs?: number;
  readonly signal?: AbortSignal;
}

/** The options with the environment and the defaults filled in. */
export interface HubSettings extends Required<Omit<HubOptions, "signal" | "token">> {
  readonly token: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** @throws HubError `hub/bad-option` for an endpoint that is no http address, or numbers that cannot be */
export function hubSettings({ signal, retries = 5, retryDelayMs = 500, ...options }: HubOptions): HubSettings {
  const { env } = process;
  for (const [name, value] of Object.entries({ retries, retryDelayMs })) {
    if (Number.isInteger(value) && value >= 0) continue;
    throw new HubError("hub/bad-option", `hub: ${name} must be a whole number from 0, got ${value}; leave it out for the default`);
  }
  return {
    cacheFolder: options.cacheFolder ?? given(env["BORT_CACHE"]) ?? join(userCacheFolder(), "bort"),
    endpoint: endpointOf(options.endpoint ?? given(env["HF_ENDPOINT"]) ?? "https://huggingface.co"),
    token: options.token ?? given(env["HF_TOKEN"]),
    offline: options.offline ?? env["BORT_OFFLINE"] === "1",
    retries, retryDelayMs, signal,
  };
}

/** A variable that is set to nothing is not set. */
const given = (value: string | undefined): string | undefined => (value === "" ? undefined : value);

function endpointOf(text: string): string {
  const isWeb = URL.canParse(text) && ["http:", "https:"].includes(new URL(text).protocol);
  if (isWeb) return text.replace(/\/+$/, "");
  throw new HubError("hub/bad-option", `hub: the endpoint must be an http or https address, got ${JSON.stringify(text)}; set HF_ENDPOINT to one, or unset it`);
}

function userCacheFolder(): string {
  const { env, platform } = process;
  if (platform === "win32") return given(env["LOCALAPPDATA"]) ?? join(homedir(), "AppData", "Local");
  if (platform === "darwin") return join(homedir(), "Library", "Caches");
  return given(env["XDG_CACHE_HOME"]) ?? join(homedir(), ".cache");
}
