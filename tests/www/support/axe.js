import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const SOURCE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * What axe finds wrong with the page as it is now, by the rules of WCAG 2.2 AA and its own good practices. It runs
 * through the debugger, because the page's policy lets no script in.
 * @param {import("playwright-core").Page} page
 */
export async function violations(page) {
  const frame = await page.context().newCDPSession(page);
  await frame.send("Runtime.evaluate", { expression: SOURCE });
  const { result, exceptionDetails } = await frame.send("Runtime.evaluate", {
    expression: `axe.run(document, { resultTypes: ["violations"] }).then(({ violations, passes }) => JSON.stringify({
      violations: violations.map(({ id, nodes }) => id + ": " + nodes.map(({ target, failureSummary }) => target.flat().join(" ") + " " + failureSummary).join(" | ")),
      passes: passes.length,
    }))`,
    awaitPromise: true,
    returnByValue: true,
  });
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  /** @type {{ violations: string[], passes: number }} */
  const found = JSON.parse(result.value);
  if (found.passes === 0) throw new Error("axe checked nothing");
  return found.violations;
}
