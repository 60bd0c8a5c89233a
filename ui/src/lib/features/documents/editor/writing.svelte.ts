// A document under somebody's hands: the editor's view, what the caret is in, and what can be done there.
import { baseKeymap } from "prosemirror-commands";
import { dropCursor } from "prosemirror-dropcursor";
import { gapCursor } from "prosemirror-gapcursor";
import { history, redo, undo } from "prosemirror-history";
import { keymap } from "prosemirror-keymap";
import { EditorState, NodeSelection, Plugin, Selection, TextSelection, type Command } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import type { Audience, Block, Caret, Content, DocumentView, Moment, NamedFact, TimelineRow } from "$lib/ipc/bindings";
import { BLOCKS, emptyContent, WRITTEN, type BlockKind, type RecordKind } from "../labels";
import { merged } from "../timeline.svelte";
import { Audiences } from "./audiences";
import { inline, toBlocks, toDoc, toNode } from "./blocks";
import { clipboard } from "./clipboard";
import * as does from "./commands";
import { guard } from "./guard";
import { asked, Menu, type Offer } from "./menu.svelte";
import type { MarkWord } from "./notation";
import { schema } from "./schema";

/** What the caret is in. */
export type Here = {
  id: string;
  kind: BlockKind;
  audience: Audience;
  moment: { at: string; audience: Audience; source: string | null; kind: Moment | null } | null;
  fact: string | null;
  /** How a chart is drawn. */
  look: string | null;
  selected: boolean;
};

type Options = {
  view: () => DocumentView;
  reader: () => Audience;
  readonly: () => boolean;
  onchange: () => void;
  onsay: (text: string) => void;
  /** Escape: the focus goes on to what stands after the text. */
  onleave: () => void;
  /** Somebody wants to choose moments of the record. */
  onmoments: () => void;
};

const MARK_KEYS: (MarkWord | null)[] = [null, "personal", "third_party", "law_enforcement", "live"];

export class Writing {
  here = $state.raw<Here | null>(null);
  /** Counts how often the caret went elsewhere without a change of the text. */
  moves = $state(0);
  readonly menu: Menu;
  #view: EditorView | null = null;
  #options: Options;
  #first: Block[];
  #audiences: Audiences | null = null;

  constructor(blocks: Block[], options: Options) {
    this.#first = blocks;
    this.#options = options;
    this.menu = new Menu(({ kind }) => (kind === "fact" ? this.#facts() : this.#blocks()));
  }

  get audiences(): Audiences {
    return (this.#audiences ??= new Audiences(this.#options.view().readers));
  }

  /** Puts the editor into the page; returns how to take it out. */
  mount(place: HTMLElement): () => void {
    const view = new EditorView(
      { mount: place },
      {
        state: this.#state(toDoc(this.#first)),
        editable: () => !this.#options.readonly(),
        attributes: { role: "textbox", "aria-multiline": "true", "aria-label": "Text of the document", "data-test": "editor", tabindex: "0" },
        dispatchTransaction: (tr) => {
          view.updateState(view.state.apply(tr));
          if (tr.docChanged) this.#options.onchange();
          else if (tr.selectionSet) this.moves += 1;
          this.#look();
        },
        nodeViews: { named: (node) => ({ dom: this.#chip(node.attrs.name), ignoreMutation: () => true }) },
        handleKeyDown: (_, event) => this.menu.press(event.key),
        handleTextInput: (_, from, to, text) => this.#typed(from, to, text),
      },
    );
    this.#view = view;
    this.#look();
    return () => {
      this.#first = this.blocks();
      this.#view = null;
      view.destroy();
    };
  }

  /** The blocks as they are written now. */
  blocks(): Block[] {
    return this.#view ? toBlocks(this.#view.state.doc) : this.#first;
  }

  /** The block that somebody writes in, and how much of it stands before the caret. */
  caret(): Caret | null {
    const state = this.#view?.state;
    const here = state && does.blockAt(state);
    if (!here) return null;
    const before = (state.selection.head - here.pos - 1) / Math.max(1, here.node.content.size);
    return { block: here.node.attrs.id, share: Math.round(1000 * Math.min(1, Math.max(0, before))) };
  }

  /** The record was asked again: values of facts and the table of readers may be new. */
  refresh(): void {
    this.#audiences = null;
    this.#fillChips();
  }

  /** Does something at the caret, and goes on writing. */
  run(command: Command): boolean {
    const done = this.set(command);
    this.#view?.focus();
    return done;
  }

  /** Does something at the caret; the focus stays on the field that said so. */
  set(command: Command): boolean {
    const view = this.#view;
    return !!view?.editable && command(view.state, view.dispatch, view);
  }

  /** Adds a block for the team only after the last one. */
  addAtEnd(kind: Exclude<BlockKind, RecordKind>): void {
    const view = this.#view;
    if (!view) return;
    view.dispatch(view.state.tr.setSelection(Selection.atEnd(view.state.doc)));
    this.run(does.insert(emptyContent(kind), "internal_team"));
  }

  mark(mark: MarkWord | null): void {
    const done = this.run(does.toggleWithheld(mark));
    if (!done) this.#options.onsay("Select the words to mark first.");
  }

  /** Puts another content into a block, as an edit that can be undone. */
  replace(id: string, content: Content<string>, audience: Audience): boolean {
    const place = this.#find(id);
    if (!place) return false;
    const node = toNode({ id, audience, content });
    return this.run((state, dispatch) => {
      dispatch?.(state.tr.replaceWith(place.pos, place.pos + place.size, node));
      return true;
    });
  }

  /** Adds a block after the one at the caret, or at the end when there is none. */
  put(content: Content<string>, audience: Audience): void {
    this.run(does.insert(content, audience));
  }

  /** The rows of the timeline at the caret, or of the first one; none when there is no timeline. */
  timeline(): { id: string; audience: Audience; rows: TimelineRow<string>[] } | null {
    const all = this.blocks();
    const here = all.find((it) => it.id === this.here?.id && it.content.kind === "timeline");
    const block = here ?? all.find((it) => it.content.kind === "timeline");
    return block?.content.kind === "timeline"
      ? { id: block.id, audience: block.audience, rows: block.content.rows }
      : null;
  }

  /** Puts moments into the timeline, or begins one after the block at the caret. */
  putMoments(rows: TimelineRow<string>[]): void {
    const timeline = this.timeline();
    if (timeline) this.replace(timeline.id, merged(timeline.rows, rows), timeline.audience);
    else this.put(merged([], rows), "internal_team");
  }

  /** Marks the first place in a block where these words stand. */
  markWords(id: string, words: string, mark: MarkWord | null): boolean {
    const view = this.#view;
    const place = this.#find(id);
    if (!view || !place || !words) return false;
    let found: [number, number] | null = null;
    view.state.doc.nodesBetween(place.pos, place.pos + place.size, (node, pos) => {
      if (found || !node.isText || node.marks.length) return;
      const at = (node.text ?? "").toLowerCase().indexOf(words.toLowerCase());
      if (at >= 0) found = [pos + at, pos + at + words.length];
    });
    if (!found) return false;
    const [from, to] = found as [number, number];
    view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, from, to)));
    return this.run(does.toggleWithheld(mark));
  }

  /** Moves the caret to a block and shows it. */
  goTo(id: string): void {
    const view = this.#view;
    const place = this.#find(id);
    if (!view || !place) return;
    const selection = Selection.near(view.state.doc.resolve(place.pos + 1), 1);
    view.dispatch(view.state.tr.setSelection(selection));
    (view.nodeDOM(place.pos) as HTMLElement | null)?.scrollIntoView({ block: "center" });
    view.focus();
  }

  focus(): void {
    this.#view?.focus();
  }

  /** Puts the caret behind the last word. */
  focusEnd(): void {
    const view = this.#view;
    if (!view) return;
    view.dispatch(view.state.tr.setSelection(Selection.atEnd(view.state.doc)));
    view.focus();
  }

  fact(name: string): NamedFact | undefined {
    return this.#options.view().facts.find((it) => it.name === name);
  }

  /** Begins to drag the block at the caret. */
  drag(event: DragEvent): void {
    const view = this.#view;
    const here = view && does.blockAt(view.state);
    if (!view || !here || !event.dataTransfer) return;
    const node = NodeSelection.create(view.state.doc, here.pos);
    view.dispatch(view.state.tr.setSelection(node));
    event.dataTransfer.setData("text/plain", "A block of a Farol document");
    event.dataTransfer.effectAllowed = "move";
    view.dragging = { slice: node.content(), move: true };
  }

  #state(doc: ReturnType<typeof toDoc>): EditorState {
    const outside = {
      reader: this.#options.reader,
      audiences: () => this.audiences,
      fact: (name: string) => this.fact(name)?.value,
      onsay: this.#options.onsay,
    };
    const numbered = Object.fromEntries([
      ...MARK_KEYS.map((mark, n) => [`Mod-Shift-${n}`, does.toggleWithheld(mark)] as const),
      ...this.#options
        .view()
        .audiences.slice(0, 9)
        .map((audience, n) => [`Alt-${n + 1}`, does.setAudience(audience)] as const),
    ]);
    return EditorState.create({
      doc,
      plugins: [
        guard(() => this.audiences, () => crypto.randomUUID()),
        clipboard(outside),
        keymap({
          ...numbered,
          Enter: does.enter,
          "Mod-Enter": does.enterBelow,
          "Shift-Enter": does.breakLine,
          Backspace: does.backspace,
          Delete: does.deleteForward,
          Tab: does.step(1),
          "Shift-Tab": does.step(-1),
          "Alt-ArrowUp": does.move(-1),
          "Alt-ArrowDown": does.move(1),
          "Mod-Shift-Backspace": does.removeBlock,
          Escape: () => {
            this.#options.onleave();
            return true;
          },
          "Mod-z": undo,
          "Mod-y": redo,
          "Mod-Shift-z": redo,
        }),
        keymap(baseKeymap),
        history(),
        dropCursor({ class: "drop-here", color: false }),
        gapCursor(),
        new Plugin({ view: () => ({ update: (view) => this.#ask(view) }) }),
      ],
    });
  }

  /** What is typed in the notation becomes what it means; `# ` and `- ` begin a heading or a list. */
  #typed(from: number, to: number, text: string): boolean {
    const view = this.#view;
    if (!view || from !== to) return false;
    if (text !== "]" && text !== "}" && text !== " ") return false;
    const caret = view.state.doc.resolve(from);
    const before = caret.parent.textBetween(0, caret.parentOffset, undefined, "\ufffc");
    const closed = text === "]" || text === "}" ? /(\[\[[^[\]]+\]|\{\{[\w. ]+\})$/.exec(before) : null;
    if (closed && caret.parent.type.allowsMarkType(schema.marks.withheld)) {
      const start = from - closed[0].length;
      view.dispatch(view.state.tr.replaceWith(start, to, inline(closed[0] + text)).setStoredMarks([]));
      return true;
    }
    if (text === " " && caret.depth === 1 && caret.parent.type === schema.nodes.paragraph) {
      if (before === "#") return this.#begin(from, (state, dispatch) => does.turnInto("heading")(state, dispatch));
      if (before === "-") return this.#begin(from, does.insert({ kind: "list", items: [""] }));
    }
    return false;
  }

  /** Takes the sign that was typed away, and does what it stands for. */
  #begin(caret: number, command: Command): boolean {
    const view = this.#view;
    if (!view) return false;
    view.dispatch(view.state.tr.delete(caret - 1, caret));
    return command(view.state, view.dispatch);
  }

  #ask(view: EditorView): void {
    const { $from: caret, empty } = view.state.selection;
    const before = empty && view.editable && caret.parent.inlineContent
      ? caret.parent.textBetween(0, caret.parentOffset, undefined, "\ufffc")
      : "";
    this.menu.show(asked(before, caret.pos), () => {
      const { left, bottom } = view.coordsAtPos(caret.pos);
      return { left, top: bottom };
    });
  }

  #blocks(): Offer[] {
    const records = this.#options.view().records;
    return [
      ...WRITTEN.map((kind) => ({
        id: kind,
        label: BLOCKS[kind],
        hint: "for the team only",
        run: (from: number, to: number) => this.#instead(from, to, does.insert(emptyContent(kind))),
      })),
      ...records.map((it) => ({
        id: it.id,
        label: `${BLOCKS[it.content.kind]}: ${it.label}`,
        hint: "from the record",
        run: (from: number, to: number) => this.#instead(from, to, does.insert(it.content)),
      })),
      ...(["evidence", "decision"] as const)
        .filter((kind) => !records.some((it) => it.content.kind === kind))
        .map((kind) => ({
          id: kind,
          label: BLOCKS[kind],
          hint: "this case has none yet",
          run: (from: number, to: number) =>
            this.#instead(from, to, () => {
              this.#options.onsay(`Record the ${kind} on the case first; it can be named here then.`);
              return true;
            }),
        })),
      {
        id: "moments",
        label: "Moments from the record…",
        hint: "timeline with sources",
        run: (from: number, to: number) => this.#instead(from, to, () => (this.#options.onmoments(), true)),
      },
      {
        id: "fact",
        label: "Fact from the record",
        hint: "a value that stays true",
        run: (from: number, to: number) => {
          const view = this.#view;
          view?.dispatch(view.state.tr.insertText("{{", from, to));
        },
      },
      ...this.#changes(),
    ];
  }

  /** What changed of the case's hosts, as sentences. */
  #changes(): Offer[] {
    return this.#options.view().changes.map((it, n) => ({
      id: `change-${n}`,
      label: `What changed: ${it.host.replaceAll(".", "[.]")}`,
      hint: it.text,
      run: (from: number, to: number) => {
        const view = this.#view;
        view?.dispatch(view.state.tr.insertText(it.text, from, to).scrollIntoView());
      },
    }));
  }

  #facts(): Offer[] {
    // What belongs to one piece of evidence or one decision is put in with its block.
    const ofRecord = (name: string) => /^(evidence|decision)\./.test(name);
    const facts = this.#options.view().facts.toSorted((a, b) => Number(ofRecord(a.name)) - Number(ofRecord(b.name)));
    return facts.map((it) => ({
      id: it.name,
      label: it.value,
      hint: it.name,
      run: (from: number, to: number) => void this.run(does.insertFact(it.name, from, to)),
    }));
  }

  /** Takes the typed words away, and does what was chosen. */
  #instead(from: number, to: number, command: Command): void {
    const view = this.#view;
    if (!view) return;
    view.dispatch(view.state.tr.delete(from, to));
    command(view.state, view.dispatch);
    view.focus();
  }

  #find(id: string): { pos: number; size: number } | null {
    let found: { pos: number; size: number } | null = null;
    this.#view?.state.doc.forEach((node, pos) => {
      if (node.attrs.id === id) found = { pos, size: node.nodeSize };
    });
    return found;
  }

  /** A chip is born with its value; the others are filled when the record was asked again. */
  #chip(name: string): HTMLElement {
    const chip = document.createElement("span");
    chip.className = "chip";
    chip.dataset.fact = name;
    chip.textContent = name;
    this.#fill(chip, name);
    return chip;
  }

  #fillChips(): void {
    for (const chip of this.#view?.dom.querySelectorAll<HTMLElement>("[data-fact]") ?? []) {
      this.#fill(chip, chip.dataset.fact ?? "");
    }
  }

  #fill(chip: HTMLElement, name: string): void {
    const fact = this.fact(name);
    const words = fact?.value ?? `${name}: not in this case`;
    if (chip.dataset.value === words) return;
    chip.dataset.value = words;
    chip.dataset.missing = String(!fact);
  }

  #look(): void {
    const state = this.#view?.state;
    const here = state && does.blockAt(state);
    if (!here) return;
    const { selection } = state;
    const moment = does.momentAt(state)?.node.attrs as Here["moment"] | undefined;
    const beside = selection.$from.nodeAfter ?? selection.$from.nodeBefore;
    const chip =
      selection instanceof NodeSelection && selection.node.type === schema.nodes.named
        ? selection.node
        : beside?.type === schema.nodes.named
          ? beside
          : null;
    const next: Here = {
      id: here.node.attrs.id,
      kind: here.node.type.name as BlockKind,
      audience: here.node.attrs.audience,
      moment: moment ?? null,
      fact: chip?.attrs.name ?? null,
      look: here.node.attrs.look ?? null,
      selected: !selection.empty,
    };
    const now = this.here;
    const same =
      now !== null &&
      now.moment === next.moment &&
      (["id", "kind", "audience", "fact", "look", "selected"] as const).every((it) => now[it] === next[it]);
    if (!same) this.here = next;
  }
}
