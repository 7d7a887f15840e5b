import { test } from "vitest";
import { appendFileSync } from "node:fs";
import { evaluate, parametersOf, print, topologicalOrder, parameter, type Graph, type Node, type NodeOf } from "@bort/graph";
import { randomGraph } from "@bort/graph/testing";
import { disagreement } from "../../graph/src/disagreement.js";
import { roundTo } from "../../graph/src/reference.js";
import { nativeBackend } from "./native-backend.js";

test("scan", async () => {
  const [from, to, threads] = process.env["SCAN"]!.split(",").map(Number) as [number, number, number];
  const backend = await nativeBackend({ threads });
  const fails = async (graph: Graph, feeds: Record<string, ArrayLike<number>>): Promise<string | null> => {
    const typed = Object.fromEntries([...parametersOf(graph)].map(([name, node]) => [name, roundTo(node, feeds[name]!)]));
    try {
      const program = await backend.compile(graph);
      const wrong = disagreement(await program.run(typed), graph, feeds, 1e-4);
      await program.dispose();
      return wrong;
    } catch (e) { return String((e as Error).stack).split("\n").slice(0, 3).join(" "); }
  };
  const seen = new Set<string>();
  const rebuild = (graph: Graph, swap: Node, by: Node): Graph => {
    const map = new Map<Node, Node>();
    for (const node of topologicalOrder(Object.values(graph))) map.set(node, node === swap ? by : node.inputs.some((i) => map.get(i) !== i) ? ({ ...node, inputs: node.inputs.map((i) => map.get(i)!) } as Node) : node);
    return Object.fromEntries(Object.entries(graph).map(([k, v]) => [k, map.get(v)!]));
  };
  for (let seed = from; seed < to; seed++) {
    const drawn = randomGraph(seed);
    let graph: Graph = drawn.graph;
    let feeds: Record<string, ArrayLike<number>> = { ...drawn.feeds };
    const why = await fails(graph, feeds);
    if (why === null) continue;
    for (let again = true; again;) {
      again = false;
      for (const name of Object.keys(graph)) {
        if (Object.keys(graph).length === 1) break;
        const fewer = Object.fromEntries(Object.entries(graph).filter(([k]) => k !== name));
        if (await fails(fewer, feeds) !== null) { graph = fewer; again = true; }
      }
      for (const node of topologicalOrder(Object.values(graph)).reverse()) {
        if (node.op === "parameter") continue;
        const [values] = evaluate([node], feeds);
        const name = `s${Object.keys(feeds).length}`;
        const g2 = rebuild(graph, node, parameter(name, node.shape, node.dtype));
        const f2 = { ...feeds, [name]: Float64Array.from(roundTo(node, values!) as never, Number) };
        if (await fails(g2, f2) !== null) { graph = g2; feeds = f2; again = true; break; }
      }
    }
    const text = print(graph).replace(/name=\w+/g, "");
    if (seen.has(text)) continue;
    seen.add(text);
    appendFileSync("/tmp/nH-fails.txt", `--- seed ${seed}\n${(await fails(graph, feeds))?.slice(0, 300)}\n${print(graph)}\n`);
  }
  await backend.close();
}, 600_000);
