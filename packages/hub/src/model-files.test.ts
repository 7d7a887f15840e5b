import { describe, expect, it } from "vitest";
import { shardsOf } from "./model-files.js";

describe("shardsOf", () => {
  it("gives the file of every tensor", () => {
    const index = { metadata: { total_size: 8 }, weight_map: { a: "model-00001-of-00002.safetensors", __proto__x: "model-00002-of-00002.safetensors" } };
    expect([...shardsOf(JSON.stringify(index))!]).toEqual(Object.entries(index.weight_map));
  });

  it.each(["", "{", "null", "[]", "{}", '{"weight_map":{}}', '{"weight_map":[]}', '{"weight_map":{"a":1}}', '{"weight_map":{"a":"../b"}}', '{"weight_map":{"a":"/etc/b"}}', '{"weight_map":{"a":".b"}}'])(
    "gives nothing for %s", (text) => {
      expect(shardsOf(text)).toBeUndefined();
    });
});
