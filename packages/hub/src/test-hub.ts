import { createHash } from "node:crypto";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import { type AddressInfo } from "node:net";

/** A request as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  /** Whether it reached the hub itself or the store that large files are redirected to. */
  readonly at: "hub" | "store";
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

/** How one download goes wrong. */
export type Fault =
  | { readonly kind: "cut"; readonly afterBytes: number; /** Ignores the range, too. */ readonly whole?: true }
  | { readonly kind: "changed" }
  | { readonly kind: "whole" } // ignores the range
  | { readonly kind: "status"; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly kind: "refused" };

/**
 * A server with the hub's protocol, for tests without a network: `HEAD` and `GET /REPOSITORY/resolve/REVISION/FILE` (of a data set, `datasets/` before it) with entity tags, commits, ranges,
 * and large files behind a redirect to another origin.
 */
export class TestHub {
  /** May become another, as a branch goes on. */
  commit: string = "0123456789abcdef0123456789abcdef01234567";
  readonly requests: SeenRequest[] = [];
  /** Faults of coming downloads, by file; one is used up at a time. */
  readonly faults: Map<string, Fault[]> = new Map();
  /** A token without which nothing is given. */
  token: string | undefined;
  readonly #files: ReadonlyMap<string, Uint8Array>;
  readonly #repository: string;
  readonly #hub: Server;
  readonly #store: Server;

  private constructor(repository: string, files: Readonly<Record<string, Uint8Array | string>>) {
    this.#repository = repository;
    this.#files = new Map(Object.entries(files).map(([name, content]) => [name, Buffer.from(content as Uint8Array)]));
    this.#hub = createServer((request, response) => this.#answer("hub", request, response));
    this.#store = createServer((request, response) => this.#answer("store", request, response));
  }

  static async start(repository: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<TestHub> {
    const hub = new TestHub(repository, files);
    await Promise.all([hub.#hub, hub.#store].map((server) => new Promise<void>((done) => server.listen(0, "127.0.0.1", done))));
    return hub;
  }

  get endpoint(): string {
    return addressOf(this.#hub);
  }

  async stop(): Promise<void> {
    for (const server of [this.#hub, this.#store]) server.closeAllConnections();
    await Promise.all([this.#hub, this.#store].map((server) => new Promise((done) => server.close(done))));
  }

  /** The paths that were downloaded, without those that were asked about alone. */
  downloads(): string[] {
    return [...new Set(this.requests.filter(({ method }) => method === "GET").map(({ path }) => path.split("/").at(-1)!))];
  }

  #answer(at: SeenRequest["at"], request: IncomingMessage, response: ServerResponse): void {
    const { method = "", url: path = "", headers: { range, authorization } } = request;
    this.requests.push({ method, path, at, range, authorization });
    if (at === "hub" && this.token !== undefined && authorization !== `Bearer ${this.token}`) return fail(response, 401, "RepoNotFound");
    const [, repository, revision, file] = /^\/(.+)\/resolve\/([^/]+)\/(.+)$/.exec(path) ?? [];
    if (repository === "old-name") return redirect(response, 307, path.replace("old-name", this.#repository));
    if (repository !== this.#repository) return fail(response, 401, "RepoNotFound");
    if (revision !== "main" && revision !== this.commit && !revision!.startsWith("refs%2F")) return fail(response, 404, "RevisionNotFound");
    const content = this.#files.get(file!);
    if (content === undefined) return fail(response, 404, "EntryNotFound");
    if (at === "hub") response.setHeader("x-repo-commit", this.commit);
    const isLarge = content.length > 4096;
    if (!isLarge) response.setHeader("etag", `"${createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex")}"`);
    if (isLarge && at === "hub") {
      response.setHeader("x-linked-etag", `"${createHash("sha256").update(content).digest("hex")}"`).setHeader("x-linked-size", content.length).setHeader("etag", '"of-the-redirect"');
      return redirect(response, 302, `${addressOf(this.#store)}${path}`);
    }
    send(request, response, content, method === "GET" ? this.faults.get(file!)?.shift() : undefined);
  }
}

const addressOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const fail = (response: ServerResponse, status: number, code: string): void => void response.writeHead(status, { "x-error-code": code }).end("no");
const redirect = (response: ServerResponse, status: number, location: string): void => void response.writeHead(status, { location }).end("elsewhere");

function send({ headers, method }: IncomingMessage, response: ServerResponse, content: Uint8Array, fault: Fault | undefined): void {
  if (fault?.kind === "refused") return void response.destroy();
  if (fault?.kind === "status") return void response.writeHead(fault.status, fault.headers).end();
  const [, asked] = /^bytes=(\d+)-$/.exec(headers.range ?? "") ?? [];
  const ignored = fault?.kind === "whole" || (fault?.kind === "cut" && fault.whole === true);
  const start = asked === undefined || ignored ? 0 : Number(asked);
  if (start > 0 && start >= content.length) return void response.writeHead(416).end();
  const part = Buffer.from(content.subarray(start));
  if (fault?.kind === "changed") part[part.length - 1]! ^= 1;
  response.writeHead(start > 0 ? 206 : 200, {
    "content-length": part.length, ...(start > 0 && { "content-range": `bytes ${start}-${content.length - 1}/${content.length}` }),
  });
  if (method === "HEAD") return void response.end();
  if (fault?.kind !== "cut") return void response.end(part);
  response.write(part.subarray(0, fault.afterBytes));
  setTimeout(() => response.destroy(), 50); // What the client has not read by then is lost to it.
}
