import { childProgram } from "./child-program.js";
import { parentWatch } from "./parent-watch.js";
import { thrownCodec } from "./thrown-codec.js";

/** File descriptor, in the child, of a pipe that the parent holds open. */
export const parentWatchFd = 4;

const watchText = `(${parentWatch.toString()})(process, require("node:net"), ${parentWatchFd});`;

/** The program of a child process, for `--eval` as CommonJS. */
export const childText: string = `
new (require("node:worker_threads").Worker)(${JSON.stringify(watchText)}, { eval: true, execArgv: [], env: {} }).unref();
(${childProgram.toString()})(process, (url) => import(url), (${thrownCodec.toString()})(require("node:v8").serialize));
`;
