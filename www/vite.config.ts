import type { Plugin, UserConfig } from "vite";
import { icons } from "./build/icons.ts";
import { offline, WORKER } from "./build/offline.ts";

/** The development server injects styles and a client that the page's own policy forbids: there alone it is dropped. */
const withoutPolicyInDevelopment: Plugin = {
  name: "layerglass-no-policy-in-development",
  apply: "serve",
  transformIndexHtml: {
    order: "pre",
    handler: (html) => html.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, ""),
  },
};

const config: UserConfig = {
  // Relative addresses, so that the page works in any folder of any static server.
  base: "./",
  plugins: [withoutPolicyInDevelopment, icons, offline],
  build: {
    // Browsers that know light-dark(): nothing is rewritten for older ones.
    target: ["chrome123", "firefox121", "safari17.5"],
    // `data:` addresses would need holes in the Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: "index.html", [WORKER]: "src/offline/worker.ts" },
      // The service worker has no hash in its name: browsers look at the same place for a newer one.
      output: { entryFileNames: ({ name }) => (name === WORKER ? WORKER : "assets/[name]-[hash].js") },
    },
  },
  worker: { format: "es" },
};

export default config;
