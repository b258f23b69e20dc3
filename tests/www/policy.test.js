import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { find } from "./support/images.js";
import { start } from "./support/inspector.js";

/** @type {Awaited<ReturnType<typeof start>>} */
let stage;
before(async () => {
  stage = await start();
});
after(() => stage.close());

test("the policy forbids everything that is not the page's own", async () => {
  const inspector = await stage.inspector();
  const { page } = inspector;
  const policy =
    (await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute("content")) ?? "";
  const rules = new Map(
    policy.split("; ").map((rule) => [rule.split(" ")[0] ?? "", rule.split(" ").slice(1).join(" ")]),
  );
  assert.equal(rules.get("default-src"), "'none'");
  assert.equal(rules.get("script-src"), "'self' 'wasm-unsafe-eval'");
  assert.equal(rules.get("style-src"), "'self'");
  // Pictures that lie in an image are shown from memory: such an address reaches nothing but the page's own bytes.
  assert.equal(rules.get("img-src"), "'self' blob:");
  assert.equal(rules.get("connect-src"), "'self'");
  assert.equal(rules.get("worker-src"), "'self'");
  assert.equal(rules.get("manifest-src"), "'self'");
  assert.equal(rules.get("base-uri"), "'none'");
  assert.equal(rules.get("form-action"), "'none'");
  assert.ok(
    !/unsafe-inline|unsafe-eval'(?<!wasm-unsafe-eval')|https?:|\*/.test(
      policy.replace("'wasm-unsafe-eval'", ""),
    ),
  );
  await inspector.close();
});

test("requests to other places, foreign scripts and inline scripts are blocked", async () => {
  const inspector = await stage.inspector();
  const { page } = inspector;
  const seen = await page.evaluate(async () => {
    /** @type {string[]} */
    const blocked = [];
    document.addEventListener("securitypolicyviolation", (event) => blocked.push(event.effectiveDirective));
    const fetched = await fetch("https://example.com/").then(
      () => "fetched",
      () => "refused",
    );
    const image = new Image();
    image.src = "https://example.com/pixel.png";
    let markup = "set";
    try {
      document.body.innerHTML = "<img>";
    } catch {
      markup = "refused";
    }
    let foreign = "made";
    try {
      new Worker("https://example.com/worker.js");
    } catch {
      foreign = "refused";
    }
    // The debugger, which runs this, may evaluate text; what a timer runs later may not.
    const evaluated = await new Promise((resolve) => {
      setTimeout(() => {
        try {
          // biome-ignore lint/security/noGlobalEval: that it is refused is what is tested
          globalThis.eval("1");
          resolve("evaluated");
        } catch {
          resolve("refused");
        }
      }, 200);
    });
    return { fetched, markup, foreign, evaluated, blocked };
  });
  assert.deepEqual(
    { ...seen, blocked: undefined },
    { fetched: "refused", markup: "refused", foreign: "refused", evaluated: "refused", blocked: undefined },
  );
  for (const directive of ["connect-src", "img-src"]) assert.ok(seen.blocked.includes(directive), directive);
  // The attempts are in the log; that none went out is told by their absence from the requests that were answered.
  assert.ok(
    inspector.problems.every((problem) => !/status of|net::ERR_(?!BLOCKED_BY_CSP|FAILED)/.test(problem)),
    inspector.problems.join("\n"),
  );
  inspector.problems.length = 0;
  await inspector.close();
});

test("a whole visit breaks no rule of the policy and asks nobody else", async () => {
  const inspector = await stage.inspector({ viewport: { width: 1440, height: 900 } });
  const { page } = inspector;
  await page.evaluate(() => {
    Object.assign(globalThis, { broken: [] });
    document.addEventListener("securitypolicyviolation", (event) => {
      /** @type {any} */ (globalThis).broken.push(`${event.effectiveDirective} ${event.blockedURI}`);
    });
  });
  await inspector.pick(find((entry) => entry.images.length > 0 && !entry.folder).path);
  await inspector.scanned();
  await inspector.files("all");
  await inspector.tree.click();
  await inspector.tab("Checks");
  await inspector.tab("Overview");
  await page.getByRole("region", { name: "Config of the image" }).getByText("rootfs").waitFor();
  assert.deepEqual(await page.evaluate(() => /** @type {any} */ (globalThis).broken), []);
  assert.ok(
    stage.server.requests.every(
      ({ path }) =>
        path === "/" || path.startsWith("/assets/") || /^\/[\w.-]+\.(png|svg|tar|webmanifest)$/.test(path),
    ),
    JSON.stringify(stage.server.requests),
  );
  await inspector.close();
});
