/** Lets those who wait through one at a time, in the order in which they came. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Waits for the turn; gives what passes it on. */
  async take(): Promise<() => void> {
    let pass = () => {};
    const before = this.#last;
    this.#last = new Promise((resolve) => {
      pass = resolve;
    });
    await before;
    return pass;
  }
}

/** Turns by name: work under different names goes on at once. */
export class NamedTurns {
  readonly #waiting = new Map<string, { turns: Turns; users: number }>();

  /** Does work when its turn has come. */
  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const entry = this.#waiting.get(name) ?? { turns: new Turns(), users: 0 };
    this.#waiting.set(name, entry);
    entry.users++;
    const pass = await entry.turns.take();
    try {
      return await work();
    } finally {
      pass();
      if (--entry.users === 0) this.#waiting.delete(name);
    }
  }
}
