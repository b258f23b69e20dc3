import { css } from "lit";

/** Colours, type and measures that every element takes through inheritance, for both themes. A page sets them on its root. */
export const tokens = css`
  --bg: light-dark(#f6f5f1, #13171a);
  --surface: light-dark(#fffefb, #1a1f23);
  --sunken: light-dark(#eeece5, #0f1315);
  --raised: light-dark(#ffffff, #22282d);
  --hover: light-dark(#f1efe8, #232a2f);
  --line: light-dark(#dfdcd2, #2d353b);
  --line-strong: light-dark(#8b8d88, #6d7a82);
  --text: light-dark(#1c2225, #e7e9e6);
  --muted: light-dark(#565f63, #a4aeb3);

  --accent: light-dark(#0a675e, #63d2c3);
  --accent-strong: light-dark(#084f48, #8fe3d7);
  --accent-soft: light-dark(#dcefeb, #163736);
  --on-accent: light-dark(#ffffff, #06211e);

  --ok: light-dark(#1b6e37, #74d492);
  --ok-soft: light-dark(#e0f1e3, #173322);
  --warn: light-dark(#7a5000, #ecbb5a);
  --warn-soft: light-dark(#faedcd, #382b10);
  --bad: light-dark(#a8241c, #ff9489);
  --bad-soft: light-dark(#fae3df, #40201d);

  /* Layers take these in turn, like strata in a drill core; the number always stands beside the colour. */
  --stratum-0: light-dark(#a8651a, #e0a35a);
  --stratum-1: light-dark(#0f7f74, #52c2b4);
  --stratum-2: light-dark(#43699f, #8badde);
  --stratum-3: light-dark(#a64b3c, #e58f7f);
  --stratum-4: light-dark(#5d7a26, #a6c667);
  --stratum-5: light-dark(#7d559b, #c19de0);
  --stratum-6: light-dark(#33798f, #74bdd4);
  --stratum-7: light-dark(#9c4a72, #de8fb5);

  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
  --mono:
    ui-monospace, "SF Mono", "Cascadia Mono", "Roboto Mono", Menlo, Consolas, "DejaVu Sans Mono",
    "Liberation Mono", monospace;
  --small: 0.8125rem;
  --tiny: 0.75rem;
  --radius: 8px;
  --radius-small: 5px;
  --ring: 2px solid var(--accent);
  --shadow:
    0 1px 2px light-dark(rgb(40 36 20 / 6%), rgb(0 0 0 / 30%)),
    0 4px 16px light-dark(rgb(40 36 20 / 5%), rgb(0 0 0 / 20%));
`;
