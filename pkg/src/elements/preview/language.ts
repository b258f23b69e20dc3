/** Languages by the endings of names. The names are those of highlight.js. */
const BY_ENDING: Readonly<Record<string, string>> = {
  bash: "bash",
  sh: "bash",
  zsh: "bash",
  ash: "bash",
  profile: "bash",
  bashrc: "bash",
  c: "c",
  h: "c",
  cc: "cpp",
  cpp: "cpp",
  cxx: "cpp",
  hh: "cpp",
  hpp: "cpp",
  cs: "csharp",
  cmake: "cmake",
  conf: "ini",
  cfg: "ini",
  ini: "ini",
  toml: "ini",
  service: "ini",
  socket: "ini",
  timer: "ini",
  desktop: "ini",
  properties: "properties",
  env: "properties",
  css: "css",
  less: "less",
  scss: "scss",
  diff: "diff",
  patch: "diff",
  dockerfile: "dockerfile",
  containerfile: "dockerfile",
  go: "go",
  graphql: "graphql",
  htm: "xml",
  html: "xml",
  xml: "xml",
  xhtml: "xml",
  svg: "xml",
  plist: "xml",
  java: "java",
  js: "javascript",
  cjs: "javascript",
  mjs: "javascript",
  jsx: "javascript",
  json: "json",
  jsonc: "json",
  map: "json",
  kt: "kotlin",
  lua: "lua",
  mk: "makefile",
  md: "markdown",
  markdown: "markdown",
  nginx: "nginx",
  php: "php",
  pl: "perl",
  pm: "perl",
  py: "python",
  pyi: "python",
  r: "r",
  rb: "ruby",
  gemspec: "ruby",
  rs: "rust",
  sql: "sql",
  swift: "swift",
  ts: "typescript",
  tsx: "typescript",
  mts: "typescript",
  cts: "typescript",
  wat: "wasm",
  yaml: "yaml",
  yml: "yaml",
};

/** Languages by whole names. */
const BY_NAME: Readonly<Record<string, string>> = {
  dockerfile: "dockerfile",
  containerfile: "dockerfile",
  makefile: "makefile",
  gnumakefile: "makefile",
  "cmakelists.txt": "cmake",
  gemfile: "ruby",
  rakefile: "ruby",
  "nginx.conf": "nginx",
  "os-release": "properties",
  ".bashrc": "bash",
  ".profile": "bash",
  profile: "bash",
  ".gitconfig": "ini",
  ".npmrc": "ini",
  "go.mod": "go",
};

/** Languages by who runs a script. */
const BY_RUNNER: readonly (readonly [RegExp, string])[] = [
  [/\b(?:ba|da|a|z|k)?sh\b/, "bash"],
  [/\bpython[\d.]*\b/, "python"],
  [/\bperl\b/, "perl"],
  [/\bruby\b/, "ruby"],
  [/\b(?:node|bun|deno)\b/, "javascript"],
  [/\bphp\b/, "php"],
  [/\blua\b/, "lua"],
  [/\bmake\b/, "makefile"],
];

/** The language of a text, told from its name, or from the line that says who runs it; nothing is guessed beyond that. */
export function languageOf(path: string, text: string): string | undefined {
  const name = (path.split("/").at(-1) ?? "").toLowerCase();
  const named = own(BY_NAME, name);
  if (named) return named;
  const ending = name.includes(".") ? own(BY_ENDING, name.split(".").at(-1) ?? "") : undefined;
  if (ending) return ending;
  if (!text.startsWith("#!")) return undefined;
  const runner = text.slice(2, 200).split("\n", 1)[0] ?? "";
  return BY_RUNNER.find(([pattern]) => pattern.test(runner))?.[1];
}

function own(of: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(of, key) ? of[key] : undefined;
}
