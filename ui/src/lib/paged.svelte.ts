// A list that is longer than anybody wants in memory: asked for part by part, where somebody looks.
import type { App } from "$lib/app.svelte";
import type { CaseFilter, CaseSort, Failure, ListAsk } from "$lib/ipc/bindings";
import { asFailure } from "$lib/ipc/desk";

/** Rows of one part. */
const PART = 64;

export type Part<T> = {
  rows: T[];
  offset: number;
  n_rows: number;
  is_cut: boolean;
  at: number | null;
};

/** Which part of a list is asked for. */
export type PartAsk<F, S> = { filter: F; sort: S; offset: number; limit: number; around: string | null };

/** A filter that lets everything through. */
export function noFilter(): CaseFilter {
  return { statuses: [], severities: [], categories: [], assignee: null, words: "" };
}

/** The first rows of a list, whatever they are. */
export function firstOf(limit: number, sort: CaseSort, filter: Partial<CaseFilter> = {}): ListAsk {
  return { filter: { ...noFilter(), ...filter }, sort, offset: 0, limit, around: null };
}

/**
 * What the store knows of a long list, asked again after every commit. The old rows stay on the screen
 * while new ones are on their way, and what is selected stays selected wherever it moves to.
 */
export class PagedList<T extends { id: string }, F = CaseFilter, S = CaseSort> {
  /** How many rows there are; null until the first answer. */
  count = $state<number | null>(null);
  /** Whether the list ends before all that has the words of the filter. */
  isCut = $state(false);
  /** The place of what is selected. */
  at = $state(0);
  failure = $state.raw<Failure | null>(null);
  #selected = $state<string | null>(null);
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- replaced as a whole, never changed
  #parts = $state.raw(new Map<number, T[]>());
  /** Parts that are as the last commit left them, or on their way. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- remembered, never shown
  #fresh = new Set<number>();
  #ask: (part: PartAsk<F, S>) => Promise<Part<T>>;
  #which: { filter: F; sort: S } | null = null;
  #round = 0;
  #seen: [number, number] = [0, PART];

  constructor(ask: (part: PartAsk<F, S>) => Promise<Part<T>>, selected: string | null = null) {
    this.#ask = ask;
    this.#selected = selected;
  }

  /** Asks anew after every commit and whenever the filter or the order changes. Call it while a component is set up. */
  follow(app: App, which: () => { filter: F; sort: S }): void {
    $effect(() => {
      void app.version;
      void this.show($state.snapshot(which()) as { filter: F; sort: S });
    });
  }

  /** The row at a place, when it is here already. */
  row(n: number): T | undefined {
    return this.#parts.get(Math.floor(n / PART))?.[n % PART];
  }

  /** The selected row. */
  get current(): T | undefined {
    return this.row(this.at);
  }

  /** The id of what is selected. */
  get selected(): string | null {
    return this.current?.id ?? this.#selected;
  }

  /** Says which rows are in sight, so that they are asked for. */
  see(first: number, last: number): void {
    this.#seen = [first, last];
    if (this.count === null) return;
    const end = Math.min(last, this.count);
    for (let part = Math.floor(first / PART); part * PART < end; part++) void this.#load(part);
  }

  /** Selects the row that is so many further on. */
  move(step: number): void {
    this.choose(this.at + step);
  }

  /** Selects the row at a place. */
  choose(n: number): void {
    this.at = Math.min(Math.max(n, 0), Math.max((this.count ?? 1) - 1, 0));
    this.#selected = this.row(this.at)?.id ?? null;
    void this.#load(Math.floor(this.at / PART));
  }

  /** Selects something by its id, wherever it stands. */
  async find(id: string): Promise<void> {
    this.#selected = id;
    if (this.#which) await this.show(this.#which);
  }

  /** Asks for the list anew, around what is selected. */
  async show(which: { filter: F; sort: S }): Promise<void> {
    const isOther = JSON.stringify(which) !== JSON.stringify(this.#which);
    this.#which = which;
    const mine = ++this.#round;
    const around = this.selected;
    const offset = isOther ? 0 : Math.floor(this.at / PART) * PART;
    try {
      const part = await this.#ask({ ...which, offset, limit: PART, around });
      if (mine !== this.#round) return;
      this.failure = null;
      this.isCut = part.is_cut;
      this.count = part.n_rows;
      this.#fresh.clear();
      this.#keep(part, isOther ? [] : this.#inSight());
      // Somebody who moved on meanwhile stays where they are.
      if (this.selected === around || around === null) {
        if (part.at !== null) this.at = part.at;
        else if (isOther) this.at = 0;
        this.choose(this.at);
      }
      this.see(...this.#seen);
    } catch (thrown) {
      if (mine === this.#round) this.failure = asFailure(thrown);
    }
  }

  async #load(n: number): Promise<void> {
    if (this.#fresh.has(n) || !this.#which) return;
    this.#fresh.add(n);
    const mine = this.#round;
    try {
      const part = await this.#ask({ ...this.#which, offset: n * PART, limit: PART, around: null });
      if (mine !== this.#round) return;
      this.#keep(part, [...this.#parts]);
      this.#selected ??= this.row(this.at)?.id ?? null;
    } catch (thrown) {
      if (mine !== this.#round) return;
      this.#fresh.delete(n);
      this.failure = asFailure(thrown);
    }
  }

  #inSight(): [number, T[]][] {
    const [first, last] = this.#seen;
    const isNear = (n: number) => n * PART < last && (n + 1) * PART > first;
    return [...this.#parts].filter(([n]) => isNear(n));
  }

  #keep(part: Part<T>, others: [number, T[]][]): void {
    const n = Math.floor(part.offset / PART);
    this.#fresh.add(n);
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- replaced as a whole, never changed
    this.#parts = new Map([...others, [n, part.rows]]);
  }
}
