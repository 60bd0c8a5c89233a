// What leaves through the clipboard is what the chosen reader may see, without ids or audiences.
// Inside the window a copy keeps both: what was copied here is remembered, and recognised by its text.
import { DOMSerializer, Fragment, Slice, type Node } from "prosemirror-model";
import { Plugin, type EditorState } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import type { Audience } from "$lib/ipc/bindings";
import type { Audiences } from "./audiences";
import { restrict } from "./guard";
import { schema } from "./schema";

const { nodes, marks } = schema;
const WITHHELD = "[withheld]";
const TEAM: Audience = "internal_team";

export type Outside = {
  /** For whom it is copied. */
  reader: () => Audience;
  audiences: () => Audiences;
  /** The value of a fact now; undefined when the case does not have it. */
  fact: (name: string) => string | undefined;
  /** Told what was left out, and when pasted words changed who may read a block. */
  onsay: (text: string) => void;
};

let remembered: { text: string; slice: Slice } | null = null;

export function clipboard(outside: Outside): Plugin {
  const copy = (view: EditorView, event: ClipboardEvent): boolean => {
    if (view.state.selection.empty || !event.clipboardData) return false;
    event.preventDefault();
    const slice = view.state.selection.content();
    const { html, text, left } = readable(slice, outside);
    remembered = { text, slice };
    event.clipboardData.clearData();
    event.clipboardData.setData("text/html", html);
    event.clipboardData.setData("text/plain", text);
    if (left) outside.onsay(`Copied for the chosen reader; ${left} withheld.`);
    return true;
  };
  return new Plugin({
    props: {
      handleDOMEvents: {
        copy,
        cut(view, event) {
          if (!copy(view, event)) return false;
          if (view.editable) view.dispatch(view.state.tr.deleteSelection().scrollIntoView());
          return true;
        },
        // Words leave by copying only; blocks are dragged by their handle.
        dragstart(view, event) {
          if (view.dragging) return false;
          event.preventDefault();
          return true;
        },
      },
      handlePaste(view, event, slice) {
        const text = event.clipboardData?.getData("text/plain") ?? "";
        const own = remembered && text !== "" && remembered.text === text ? remembered.slice : null;
        const before = view.state.doc;
        const tr = pasted(view.state, own ?? slice, own !== null, outside.audiences());
        view.dispatch(tr);
        if (narrowed(before, view.state.doc)) {
          outside.onsay("Pasted words are for the team until you say otherwise; this block is, too. Alt A changes it.");
        }
        return true;
      },
    },
  });
}

/** Pastes a slice; the blocks where its ends went in take the stricter audience. */
export function pasted(state: EditorState, slice: Slice, own: boolean, audiences: Audiences) {
  const tr = state.tr.replaceSelection(slice);
  const ends = [slice.content.firstChild, slice.content.lastChild];
  const start = tr.doc.resolve(Math.min(state.selection.from, tr.doc.content.size));
  const at = [start.index(0), tr.selection.$to.index(0)];
  for (const [n, node] of ends.entries()) {
    const audience = own ? (node?.attrs.audience as Audience | undefined) : TEAM;
    if (audience) restrict(tr, at[n]!, audience, audiences);
  }
  return tr.scrollIntoView();
}

function narrowed(before: Node, after: Node): boolean {
  const was = new Map<string, Audience>(before.children.map((it) => [it.attrs.id, it.attrs.audience]));
  return after.children.some((it) => was.has(it.attrs.id) && was.get(it.attrs.id) !== it.attrs.audience);
}

/** A slice as its reader may see it, as HTML and as text, with how many places were left out. */
export function readable(slice: Slice, outside: Outside): { html: string; text: string; left: number } {
  let left = 0;
  const reader = outside.reader();
  const audiences = outside.audiences();
  const shown = (node: Node): Node[] => {
    const audience = node.attrs.audience as Audience | undefined;
    if (audience !== undefined && !audiences.sees(reader, audience)) {
      left += 1;
      return [];
    }
    if (node.type === nodes.named) return [schema.text(outside.fact(node.attrs.name) ?? "[…]")];
    const mark = node.marks.find((it) => it.type === marks.withheld);
    if (mark && !audiences.sees(reader, mark.attrs.audience)) {
      left += 1;
      return [schema.text(WITHHELD)];
    }
    if (node.isText) {
      const text = node.text ?? "";
      return [schema.text(mark?.attrs.mark === "live" ? defang(text) : text)];
    }
    return node.isLeaf ? [node.mark([])] : [node.copy(Fragment.from(node.children.flatMap(shown)))];
  };
  const content = Fragment.from(slice.content.content.flatMap(shown));
  const page = document.implementation.createHTMLDocument("");
  page.body.append(DOMSerializer.fromSchema(schema).serializeFragment(content, { document: page }));
  for (const it of page.body.querySelectorAll(".who")) it.remove();
  for (const it of page.body.querySelectorAll("*")) {
    for (const name of it.getAttributeNames()) it.removeAttribute(name);
  }
  const text = content.textBetween(0, content.size, "\n", (leaf) => (leaf.type === nodes.line ? "\n" : ""));
  return { html: page.body.innerHTML, text, left };
}

/** `hxxp://bad[.]example/x`: nobody follows it by accident. */
export function defang(text: string): string {
  return text.replace(/\bhttp/gi, "hxxp").replace(/(\w)\.(?=\w)/g, "$1[.]");
}
