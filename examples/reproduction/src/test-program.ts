import { reproduce } from "./reproduce.js";
import { processTerminal } from "./terminal.js";
import { testSetting, testText } from "./test-setting.js";

const [out = ""] = process.argv.slice(2);
const signal = new AbortController().signal;
await reproduce({ setting: testSetting, text: testText, out, seed: 0, latency: "flops", engine: "auto", threads: 1, terminal: processTerminal(), signal });
