import { type NodeOf } from "@bort/graph";
import { broadcastView, reshapeView, sliceView, transposeView, type View } from "./view.js";

/** An op that moves no element, or need not. */
export type LayoutNode = NodeOf<"expand" | "reshape" | "slice" | "transpose">;

/** The view that a layout op makes of another, or `undefined` where strides cannot say it. */
export function layoutView(view: View, node: LayoutNode): View | undefined {
  switch (node.op) {
    case "reshape":
      return reshapeView(view, node.shape);
    case "expand":
      return broadcastView(view, node.shape);
    case "transpose":
      return transposeView(view, (node as NodeOf<"transpose">).attrs.perm);
    case "slice":
      return sliceView(view, (node as NodeOf<"slice">).attrs.starts, node.shape);
  }
}
