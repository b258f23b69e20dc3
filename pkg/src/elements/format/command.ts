/** A history step's command, taken apart for reading. */
export interface Instruction {
  /** `RUN`, `COPY`, …; empty when the text has no known form. */
  readonly keyword: string;
  readonly text: string;
}

const KEYWORD =
  /^(ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)\s+/;
const CLASSIC_NOP = /^\/bin\/sh -c #\(nop\)\s+/;
const SHELL = /^(?:\|\d+ .*? )?\/bin\/(?:ba)?sh (?:-\w*o \w+ |-\S+ )*-c /;

/**
 * Reads the two ways in which builders record steps: the classic builder writes `/bin/sh -c #(nop) ENV A=b` and
 * `/bin/sh -c make`, BuildKit writes `ENV A=b` and `RUN /bin/sh -c make # buildkit`.
 */
export function instruction(createdBy: string): Instruction {
  const recorded = createdBy.trim();
  const nop = CLASSIC_NOP.exec(recorded);
  if (nop) return split(recorded.slice(nop[0].length));
  const shell = SHELL.exec(recorded);
  if (shell) return { keyword: "RUN", text: recorded.slice(shell[0].length).trim() };
  return split(recorded);
}

function split(text: string): Instruction {
  const keyword = KEYWORD.exec(text);
  if (!keyword?.[1]) return { keyword: "", text };
  let rest = text.slice(keyword[0].length).replace(/\s*# buildkit$/, "");
  if (keyword[1] === "RUN") rest = rest.replace(SHELL, "");
  return { keyword: keyword[1], text: rest.trim() };
}
