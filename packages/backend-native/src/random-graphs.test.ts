import { testRandomGraphs } from "@bort/graph/testing";
import { nativeBackend } from "./native-backend.js";

testRandomGraphs("native", () => nativeBackend({ threads: 2 }));
