import { testBackend } from "@bort/graph/testing";
import { nativeBackend } from "./native-backend.js";

testBackend("native, one thread", () => nativeBackend({ threads: 1 }));
testBackend("native, two threads", () => nativeBackend({ threads: 2 }));
