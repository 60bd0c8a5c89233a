// A document while somebody writes it: blocks, whether they are saved, and what went wrong.
import type { Audience, Block, Content, Envelope, Failure, Timestamp } from "$lib/ipc/bindings";
import { asFailure } from "$lib/ipc/desk";
import { emptyContent, type BlockKind } from "./labels";

type Save = (blocks: Block[], envelope: Envelope | null) => Promise<Timestamp>;

export class DocumentDraft {
  blocks = $state<Block[]>([]);
  envelope = $state<Envelope | null>(null);
  /** What a person did since the last commit counts as not saved. */
  dirty = $state(false);
  saving = $state(false);
  /** Time of the last commit, from the house. */
  savedAt = $state.raw<Timestamp>("");
  failure = $state.raw<Failure | null>(null);
  #save: Save;
  #edits = 0;
  #running: Promise<boolean> | null = null;

  constructor(blocks: Block[], envelope: Envelope | null, savedAt: Timestamp, save: Save) {
    this.blocks = structuredClone(blocks);
    this.envelope = structuredClone(envelope);
    this.savedAt = savedAt;
    this.#save = save;
  }

  touch(): void {
    this.#edits += 1;
    this.dirty = true;
  }

  add(kind: BlockKind, at: number, audience: Audience = "internal_team"): Block {
    const content: Content<string> = emptyContent(kind);
    const block: Block = { id: crypto.randomUUID(), audience, content };
    this.blocks.splice(at, 0, block);
    this.touch();
    return block;
  }

  remove(at: number): void {
    this.blocks.splice(at, 1);
    this.touch();
  }

  move(at: number, step: -1 | 1): void {
    const to = at + step;
    if (to < 0 || to >= this.blocks.length) return;
    const [block] = this.blocks.splice(at, 1);
    if (block) this.blocks.splice(to, 0, block);
    this.touch();
  }

  /** Cuts a paragraph in two at a character; the second half has the same audience. */
  split(at: number, caret: number): void {
    const block = this.blocks[at];
    if (block?.content.kind !== "paragraph") return;
    const text = block.content.text;
    block.content.text = text.slice(0, caret).trimEnd();
    const second = this.add("paragraph", at + 1, block.audience);
    if (second.content.kind === "paragraph") second.content.text = text.slice(caret).trimStart();
    this.blocks[at + 1] = second;
    this.touch();
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
    const edits = this.#edits;
    this.saving = true;
    try {
      this.savedAt = await this.#save($state.snapshot(this.blocks), $state.snapshot(this.envelope));
      this.failure = null;
      // Something typed while the commit ran is still to be saved.
      this.dirty = this.#edits !== edits;
      return !this.dirty;
    } catch (thrown) {
      this.failure = asFailure(thrown);
      return false;
    } finally {
      this.saving = false;
    }
  }

  /** All words, to be copied away when nothing can be saved. */
  plainText(): string {
    return this.blocks.map((block) => texts(block.content).join("\n")).join("\n\n");
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
    case "timeline":
      return content.rows.map((row) => `${row.at} ${row.text}`);
    case "action":
      return [`${content.what} (${content.owner}, ${content.due})`];
    default:
      return [content.text];
  }
}
