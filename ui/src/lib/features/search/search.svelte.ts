// Finding while somebody types: asked after a short pause, and only the last answer counts.
import type { Route } from "$lib/app.svelte";
import type { Failure, SearchHit, SearchKind, SearchPage } from "$lib/ipc/bindings";
import { asFailure } from "$lib/ipc/desk";

const PAUSE_MS = 120;

export const KINDS: Record<SearchKind, string> = {
  case: "Case",
  report: "Report",
  note: "Note",
  sighting: "Sighting",
  decision: "Decision",
  mitigation: "Mitigation",
  response: "Response",
  document: "Document",
  target: "Target",
  answer: "Answer",
  observable: "Observable",
  person: "Person",
  account: "Account",
};

export class Search {
  /** What the last answer was; it stays until the next one is here. */
  page = $state.raw<SearchPage | null>(null);
  failure = $state.raw<Failure | null>(null);
  #ask: (text: string) => Promise<SearchPage>;
  #text = "";
  #pause: ReturnType<typeof setTimeout> | undefined;
  #latest = 0;
  #answer: Promise<void> = Promise.resolve();

  constructor(ask: (text: string) => Promise<SearchPage>) {
    this.#ask = ask;
  }

  /** Says what stands in the box now. */
  type(text: string): void {
    this.#text = text;
    clearTimeout(this.#pause);
    if (text.trim()) {
      this.#pause = setTimeout(() => this.#begin(), PAUSE_MS);
      return;
    }
    this.#pause = undefined;
    this.#latest += 1;
    this.page = null;
    this.failure = null;
  }

  /** Resolves when the page shows what was typed last; does not wait for the pause. */
  async settled(): Promise<void> {
    if (this.#pause !== undefined) this.#begin();
    await this.#answer;
  }

  #begin(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    this.#answer = this.#follow(++this.#latest);
  }

  async #follow(mine: number): Promise<void> {
    try {
      const page = await this.#ask(this.#text);
      if (mine !== this.#latest) return;
      this.page = page;
      this.failure = null;
    } catch (thrown) {
      if (mine === this.#latest) this.failure = asFailure(thrown);
    }
  }
}

/** Where a hit leads; a report that has a case stands on the case's page. */
export function place(hit: SearchHit): Route {
  if (hit.opens.kind === "document") return { view: "document", id: hit.opens.id };
  if (hit.opens.kind === "case") return { view: "case", id: hit.opens.id };
  if (hit.case) return { view: "case", id: hit.case };
  return { view: "queue", select: hit.opens.id };
}

/** `12 found`, or which of very many are shown. */
export function summary(page: SearchPage): string {
  const n = page.n_hits.toLocaleString("en-GB");
  if (page.n_hits === page.hits.length) return `${n} found`;
  return `The ${page.newest_first ? "newest" : "best"} ${page.hits.length} of ${n}`;
}
