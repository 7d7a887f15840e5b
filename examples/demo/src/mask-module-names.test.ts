import { expect, it } from "vitest";
import { maskModuleNames } from "./mask-module-names.js";

const modules = ["fs", "http", "http2", "stream", "test", "tls", "child_process"];

it.each([
  ["The node:fs module and fs.readFile() or fsPromises.open().", "The thing module and thing.readFile() or thing.open()."],
  ["An fs.FSWatcher of FS.", "An thing of thing."],
  ["An Http2Session over HTTP/2, http2.connect() and http2session.", "An thing over thing, thing.connect() and thing."],
  ["HTTP headers of https.request() and node:http.", "thing headers of thing.request() and thing."],
  ["Streaming a ReadStream with createReadStream().", "thing a thing with thing()."],
  ["A TLSSocket in TLS is tested by SuiteTest.", "A thing in thing is thing by thing."],
  ["A ChildProcess of child_process is a child process.", "A thing of thing is a thing."],
])("masks %s", (text, masked) => {
  expect(maskModuleNames(text, modules)).toBe(masked);
});

it("leaves words that happen to hold a short name", () => {
  const text = "The latest offsets, contests and a process that is shifted.";
  expect(maskModuleNames(text, modules)).toBe(text);
});
