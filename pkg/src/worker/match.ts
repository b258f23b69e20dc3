/** Operations of a worker that matches paths: without a module, so that it is soon there again when it had to be ended. */
import type { MatchOperations } from "../archive/protocol.js";
import { badExpression } from "../archive/tree-filter.js";
import { LayerglassError } from "../error.js";
import type { Handlers } from "./serve.js";

// A path may begin with the character that stands for a byte order mark.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export const matchHandlers: Handlers<MatchOperations> = {
  async ready() {
    return { value: undefined };
  },

  async match({ expression: { source, flags }, from, paths }) {
    const found: number[] = [];
    try {
      const expression = new RegExp(source, flags);
      for (const [at, path] of decoder.decode(paths).split("\0").entries())
        if (path !== "" && expression.test(path)) found.push(from + at);
    } catch (thrown) {
      if (thrown instanceof SyntaxError) throw badExpression(thrown, source);
      // It went deeper than the engine's stack, or grew beyond its memory.
      const message = `the expression could not be matched: ${thrown instanceof Error ? thrown.message : thrown}`;
      throw new LayerglassError({ kind: "limit", code: "expression", message }, { cause: thrown });
    }
    const value = Uint32Array.from(found);
    return { value, transfer: [value.buffer] };
  },
};
