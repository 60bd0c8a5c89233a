// What one reader gets of a document: its pages while somebody writes, what is withheld, and whether
// an export would be stopped.
import type { Audience, Caret, DocumentId, Failure, Place, Preview, Stopped } from "$lib/ipc/bindings";
import { asFailure, type Desk } from "$lib/ipc/desk";
import type { DocumentDraft } from "./draft.svelte";

export class Reader {
  audience = $state<Audience>("internal_team");
  preview = $state.raw<Preview | null>(null);
  /** The pages, base64 PNG; empty for one that nobody has looked at since it changed. */
  pages = $state.raw<string[]>([]);
  /** Where on them somebody writes. */
  place = $state.raw<Place | null>(null);
  /** Whether the pages follow them there; whoever turns pages stays where they are until they say so. */
  follows = $state(true);
  /** Why the pages cannot be shown. */
  failure = $state.raw<Failure | null>(null);
  /** Why an export of what is saved would be stopped. */
  stopped = $state.raw<Stopped | null>(null);
  busy = $state(false);
  #desk: Pick<Desk, "documentPreview" | "documentCheck">;
  #id: DocumentId;
  #draft: DocumentDraft;
  #looking: Promise<void> | null = null;
  #again = false;
  #checking: Promise<void> | null = null;
  #checkAgain = false;
  /** Pages of the last look, by their keys: those that stay as they are do not travel again. */
  #known: (readonly [string, string])[] = [];
  /** Pages in sight: only they are painted. */
  #sight = [0];
  /** How wide they are painted; until they are shown, as wide as they may well be. */
  #width = 480;
  #caret: () => Caret | null;

  constructor(
    desk: Pick<Desk, "documentPreview" | "documentCheck">,
    id: DocumentId,
    draft: DocumentDraft,
    audience: Audience,
    caret: () => Caret | null = () => null,
  ) {
    this.#desk = desk;
    this.#id = id;
    this.#draft = draft;
    this.audience = audience;
    this.#caret = caret;
  }

  see(audience: Audience): void {
    this.audience = audience;
    this.preview = this.failure = this.stopped = this.place = null;
    this.pages = [];
  }

  /** Whoever shows the pages says which of them come into sight and leave it. */
  turn(page: number, inSight: boolean): void {
    this.#sight = this.#sight.filter((it) => it !== page);
    if (!inSight) return;
    this.#sight.push(page);
    if (this.pages[page] === "") void this.look();
  }

  /** Whoever shows the pages says how wide, in pixels of the screen. */
  widen(px: number): void {
    if (px === this.#width) return;
    this.#width = px;
    this.#known = [];
    if (this.preview) void this.look();
  }

  /** The pages go to where somebody writes, and follow them again. */
  follow(): void {
    this.follows = true;
    void this.look();
  }

  /** Looks at what is written now. One question is under way at a time: whatever changes meanwhile is
      asked about once, when the answer is there; an answer about another reader is dropped. */
  async look(): Promise<void> {
    this.#again = true;
    this.#looking ??= this.#lookWhileAsked().finally(() => (this.#looking = null));
    await this.#looking;
  }

  async #lookWhileAsked(): Promise<void> {
    this.busy = true;
    while (this.#again) {
      this.#again = false;
      const { audience } = this;
      const width_px = this.#width;
      let looked: [Preview | null, Failure | null];
      try {
        const known = this.#known.filter(([, png]) => png !== "").map(([key]) => key);
        const pane = { width_px, sight: this.#sight, known, caret: this.#caret(), follows: this.follows };
        looked = [await this.#desk.documentPreview(this.#id, audience, this.#draft.now(), pane), null];
      } catch (thrown) {
        const failure = asFailure(thrown);
        this.#draft.failed(failure);
        looked = [null, failure];
      }
      const had = (key: string) => this.#known.find(([it]) => it === key)?.[1] ?? "";
      const pictures = looked[0]?.pages.map((it) => [it.key, it.png ?? had(it.key)] as const) ?? [];
      this.#known = pictures;
      if (width_px !== this.#width) this.#known = [];
      if (audience !== this.audience) continue;
      [this.preview, this.failure] = looked;
      this.place = looked[0]?.caret ?? null;
      this.pages = pictures.map(([, png]) => png);
    }
    this.busy = false;
  }

  /** Asks whether what is saved would leave, when the pages are shown: they are what somebody waits for.
      One question is under way at a time, as with the pages. */
  async check(): Promise<void> {
    this.#checkAgain = true;
    this.#checking ??= this.#checkWhileAsked().finally(() => (this.#checking = null));
    await this.#checking;
  }

  async #checkWhileAsked(): Promise<void> {
    while (this.#checkAgain) {
      while (this.#looking) await this.#looking;
      this.#checkAgain = false;
      const { audience } = this;
      let stopped: Stopped | null;
      try {
        stopped = await this.#desk.documentCheck(this.#id, audience);
      } catch (thrown) {
        stopped = { failure: asFailure(thrown), places: [] };
      }
      if (audience === this.audience) this.stopped = stopped;
    }
  }
}
