// A document while somebody writes it: whether it is saved, and what went wrong.
import type { Block, Content, Draft, Envelope, Failure, Timestamp } from "$lib/ipc/bindings";
import { asFailure } from "$lib/ipc/desk";

type Save = (draft: Draft) => Promise<Timestamp>;

export class DocumentDraft {
  envelope = $state<Envelope | null>(null);
  /** What a person did since the last commit counts as not saved. */
  dirty = $state(false);
  saving = $state(false);
  /** Counts edits; whoever shows the draft looks again when it grows. */
  edits = $state(0);
  /** Time of the last commit, from the house. */
  savedAt = $state.raw<Timestamp>("");
  failure = $state.raw<Failure | null>(null);
  #blocks: () => Block[];
  #save: Save;
  #running: Promise<boolean> | null = null;
  /** Blocks as they are saved: they do not travel again. */
  #saved: WeakSet<Block> | null = null;

  /** `blocks` gives what is written now; a block that stays as it is stays the same object. */
  constructor(blocks: () => Block[], envelope: Envelope | null, savedAt: Timestamp, save: Save) {
    this.#blocks = blocks;
    this.envelope = structuredClone(envelope);
    this.savedAt = savedAt;
    this.#save = save;
  }

  touch(): void {
    this.edits += 1;
    this.dirty = true;
  }

  /** What is written now, saved or not: every block by its id, and those that are not as they are saved. */
  now(): Draft {
    const blocks = this.#blocks();
    const saved = (this.#saved ??= new WeakSet(this.edits === 0 ? blocks : []));
    return {
      order: blocks.map((it) => it.id),
      changed: blocks.filter((it) => !saved.has(it)),
      envelope: $state.snapshot(this.envelope),
    };
  }

  /** Where the house does not have a block that was only named, everything travels next time. After any
      other failure it still has what it had: what differs from that travels. */
  failed(failure: Failure): void {
    if (failure.code === "not_found") this.#saved = new WeakSet();
  }

  /** Saves what is there; true when everything typed so far is committed. Never loses text. */
  async save(): Promise<boolean> {
    while (this.#running) await this.#running;
    if (!this.dirty) return true;
    this.#running = this.#commit();
    try {
      return await this.#running;
    } finally {
      this.#running = null;
    }
  }

  async #commit(): Promise<boolean> {
    const edits = this.edits;
    const blocks = this.#blocks();
    this.saving = true;
    try {
      this.savedAt = await this.#save(this.now());
      this.#saved = new WeakSet(blocks);
      this.failure = null;
      // Something typed while the commit ran is still to be saved.
      this.dirty = this.edits !== edits;
      return !this.dirty;
    } catch (thrown) {
      this.failure = asFailure(thrown);
      this.failed(this.failure);
      return false;
    } finally {
      this.saving = false;
    }
  }

  /** All words, to be copied away when nothing can be saved. */
  plainText(): string {
    return this.#blocks().map((block) => texts(block.content).join("\n")).join("\n\n");
  }
}

/** Every text of a content, in reading order. */
export function texts(content: Content<string>): string[] {
  switch (content.kind) {
    case "list":
      return content.items;
    case "facts":
      return content.rows.map((row) => `${row.label}: ${row.value}`);
    case "table":
      return [content.header, ...content.rows].map((row) => row.join("\t"));
    case "chart":
      return [content.title, ...[content.header, ...content.rows].map((row) => row.join("\t"))];
    case "evidence":
    case "decision":
      return [content.text, ...content.rows.map((row) => `${row.label}: ${row.value}`)];
    case "timeline":
      return content.rows.map((row) => `${row.at} ${row.text}`);
    case "action":
      return [`${content.what} (${content.owner}, ${content.due})`];
    default:
      return [content.text];
  }
}
