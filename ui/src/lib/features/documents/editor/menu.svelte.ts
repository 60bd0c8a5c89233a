// What opens while somebody types `/` or `{{`: things to put into the text.

export type Offer = { id: string; label: string; hint: string; run: (from: number, to: number) => void };

export type Asked = { kind: "insert" | "fact"; query: string; from: number; to: number };

/** What the words before the caret ask for; null when they ask for nothing. */
export function asked(before: string, caret: number): Asked | null {
  const slash = /(?:^|\s)(\/[\p{L} -]{0,24})$/u.exec(before);
  if (slash) return { kind: "insert", query: slash[1]!.slice(1), from: caret - slash[1]!.length, to: caret };
  const braces = /\{\{([\w. ]{0,40})$/.exec(before);
  if (braces) return { kind: "fact", query: braces[1]!, from: caret - braces[0].length, to: caret };
  return null;
}

export class Menu {
  offers = $state.raw<Offer[]>([]);
  at = $state(0);
  place = $state.raw<{ left: number; top: number } | null>(null);
  asked = $state.raw<Asked | null>(null);
  /** Where a person pressed Escape: the same words do not open it again. */
  #refused: number | null = null;
  #offer: (asked: Asked) => Offer[];

  constructor(offer: (asked: Asked) => Offer[]) {
    this.#offer = offer;
  }

  get open(): boolean {
    return this.asked !== null && this.offers.length > 0;
  }

  show(asked: Asked | null, place: () => { left: number; top: number }): void {
    if (asked?.from !== this.#refused) this.#refused = null;
    if (!asked || this.#refused !== null) {
      if (this.asked) this.close();
      return;
    }
    const words = asked.query.toLowerCase().split(/\s+/).filter(Boolean);
    this.offers = this.#offer(asked).filter((it) =>
      words.every((word) => `${it.label} ${it.hint}`.toLowerCase().includes(word)),
    );
    if (this.asked?.query !== asked.query) this.at = 0;
    this.asked = asked;
    this.place = place();
  }

  close(): void {
    this.asked = null;
    this.offers = [];
  }

  /** What a key does while it is open; false when the key is none of its. */
  press(key: string): boolean {
    if (!this.open) return false;
    const n = this.offers.length;
    if (key === "ArrowDown") this.at = (this.at + 1) % n;
    else if (key === "ArrowUp") this.at = (this.at + n - 1) % n;
    else if (key === "Enter" || key === "Tab") this.choose(this.at);
    else if (key === "Escape") {
      this.#refused = this.asked?.from ?? null;
      this.close();
    } else return false;
    return true;
  }

  choose(n: number): void {
    const { asked } = this;
    const offer = this.offers[n];
    this.close();
    if (asked && offer) offer.run(asked.from, asked.to);
  }
}
