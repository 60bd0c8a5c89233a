// Who may read what, as the house says it: the table itself stands in `model`.
import type { Audience, Readers } from "$lib/ipc/bindings";

const TEAM: Audience = "internal_team";

export class Audiences {
  readonly #readers: Map<Audience, Set<Audience>>;

  constructor(readers: Readers[]) {
    this.#readers = new Map(readers.map((it) => [it.audience, new Set(it.readers)]));
  }

  /** Whether this reader gets text for `audience`. What is not in the table is withheld. */
  sees(reader: Audience, audience: Audience): boolean {
    return this.#readers.get(audience)?.has(reader) ?? false;
  }

  /** The audience of text that was made of two; the team's when neither is the stricter one. */
  stricter(one: Audience, other: Audience): Audience {
    if (one === other) return one;
    if (this.#within(one, other)) return one;
    if (this.#within(other, one)) return other;
    return TEAM;
  }

  /** Whether everybody who reads `one` reads `other`, too. */
  #within(one: Audience, other: Audience): boolean {
    const all = this.#readers.get(one);
    const others = this.#readers.get(other);
    return !!all && !!others && [...all].every((it) => others.has(it));
  }
}
