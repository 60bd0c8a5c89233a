// What keys do inside a document. Every command leaves blocks of the record behind.
import { splitBlockAs } from "prosemirror-commands";
import { Fragment, type Node, type ResolvedPos } from "prosemirror-model";
import { NodeSelection, Selection, TextSelection, type Command, type EditorState, type Transaction } from "prosemirror-state";
import type { Audience, Content, Moment } from "$lib/ipc/bindings";
import { toNode } from "./blocks";
import { MARKS, type MarkWord } from "./notation";
import { schema } from "./schema";

const { nodes, marks } = schema;
const SIMPLE = [nodes.paragraph, nodes.heading, nodes.callout];

export type Place = { node: Node; pos: number; index: number };

/** The block that holds the caret, or that is selected. */
export function blockAt(state: EditorState): Place | null {
  const { $from } = state.selection;
  const index = $from.index(0);
  const node = state.doc.maybeChild(index);
  return node ? { node, pos: $from.posAtIndex(index, 0), index } : null;
}

/** All blocks that the selection touches. */
export function blocksIn(state: EditorState): Place[] {
  const { from, to } = state.selection;
  const found: Place[] = [];
  state.doc.forEach((node, pos, index) => {
    if (pos < Math.max(to, from + 1) && pos + node.nodeSize > from) found.push({ node, pos, index });
  });
  return found;
}

/** The moment of a timeline that holds the caret. */
export function momentAt(state: EditorState): { node: Node; pos: number } | null {
  return around(state.selection.$from, "moment");
}

function around($from: ResolvedPos, name: string): { node: Node; pos: number } | null {
  for (let depth = $from.depth; depth > 0; depth--) {
    if ($from.node(depth).type.name === name) return { node: $from.node(depth), pos: $from.before(depth) };
  }
  return null;
}

export function setAudience(audience: Audience): Command {
  return (state, dispatch) => {
    const tr = state.tr;
    for (const { pos } of blocksIn(state)) tr.setNodeAttribute(pos, "audience", audience);
    dispatch?.(tr);
    return true;
  };
}

/** Changes time, audience or source of the moment at the caret. */
export function setMoment(attrs: Partial<{ at: string; audience: Audience; kind: Moment | null }>): Command {
  return (state, dispatch) => {
    const moment = momentAt(state);
    if (!moment) return false;
    const tr = state.tr;
    for (const [name, value] of Object.entries(attrs)) tr.setNodeAttribute(moment.pos, name, value);
    dispatch?.(tr);
    return true;
  };
}

/** Marks the selected words; words that are marked the same way are unmarked. */
export function toggleWithheld(mark: MarkWord | null, audience: Audience = "internal_team"): Command {
  return (state, dispatch) => {
    const { from, to, empty, $from } = state.selection;
    if (empty || !$from.parent.inlineContent || !$from.parent.type.allowsMarkType(marks.withheld)) return false;
    const wanted = marks.withheld.create({ mark, audience: mark ? MARKS[mark].audience : audience });
    let all = true;
    state.doc.nodesBetween(from, to, (node) => {
      if (node.isInline && !wanted.isInSet(node.marks)) all = false;
    });
    dispatch?.(all ? state.tr.removeMark(from, to, marks.withheld) : state.tr.addMark(from, to, wanted));
    return true;
  };
}

export function move(step: -1 | 1): Command {
  return (state, dispatch) => {
    const here = blockAt(state);
    const other = here && state.doc.maybeChild(here.index + step);
    if (!here || !other) return false;
    const start = step < 0 ? here.pos - other.nodeSize : here.pos;
    const pair = step < 0 ? [here.node, other] : [other, here.node];
    const shift = step * other.nodeSize;
    const tr = state.tr.replaceWith(start, start + here.node.nodeSize + other.nodeSize, pair);
    const { selection } = state;
    tr.setSelection(
      selection instanceof NodeSelection
        ? NodeSelection.create(tr.doc, here.pos + shift)
        : TextSelection.between(tr.doc.resolve(selection.anchor + shift), tr.doc.resolve(selection.head + shift)),
    );
    dispatch?.(tr.scrollIntoView());
    return true;
  };
}

export const removeBlock: Command = (state, dispatch) => {
  const here = blockAt(state);
  if (!here) return false;
  const end = here.pos + here.node.nodeSize;
  const tr =
    state.doc.childCount > 1
      ? state.tr.delete(here.pos, end)
      : state.tr.replaceWith(here.pos, end, nodes.paragraph.create());
  dispatch?.(tr.setSelection(Selection.near(tr.doc.resolve(Math.min(here.pos, tr.doc.content.size)), 1)).scrollIntoView());
  return true;
};

/** Puts a new block after the one at the caret, or in its place when that is an empty paragraph. */
export function insert(content: Content<string>, audience: Audience | null = null): Command {
  return (state, dispatch) => {
    const here = blockAt(state);
    if (!here) return false;
    const inPlace = here.node.type === nodes.paragraph && here.node.content.size === 0;
    const attrs = {
      id: inPlace ? here.node.attrs.id : "",
      audience: audience ?? (inPlace ? here.node.attrs.audience : "internal_team"),
    };
    const end = here.pos + here.node.nodeSize;
    const at = inPlace ? here.pos : end;
    const tr = state.tr.replaceWith(at, end, toNode({ ...attrs, content }));
    dispatch?.(tr.setSelection(Selection.near(tr.doc.resolve(at + 1), 1)).scrollIntoView());
    return true;
  };
}

/** Turns paragraph, heading and callout into each other. */
export function turnInto(kind: "paragraph" | "heading" | "callout"): Command {
  return (state, dispatch) => {
    const here = blockAt(state);
    if (!here || !SIMPLE.includes(here.node.type)) return false;
    dispatch?.(state.tr.setNodeMarkup(here.pos, nodes[kind], here.node.attrs));
    return true;
  };
}

/** Cuts a paragraph in two; both halves have the audience of the whole. */
export const split: Command = (state, dispatch) => {
  const { $from, empty } = state.selection;
  const here = blockAt(state);
  if (!here || !SIMPLE.includes(here.node.type)) return false;
  const attrs = { id: "", audience: here.node.attrs.audience };
  if (empty && $from.parentOffset === 0 && here.node.content.size > 0) {
    // The words keep their id, and with it their history.
    dispatch?.(state.tr.insert(here.pos, nodes.paragraph.create(attrs)).scrollIntoView());
    return true;
  }
  return splitBlockAs((node, atEnd) => ({ type: atEnd ? nodes.paragraph : node.type, attrs }))(state, dispatch);
};

/** Enter: the next thing of the same kind, or out of it when this one is empty. */
export const enter: Command = (state, dispatch) => {
  const { $from, empty } = state.selection;
  const parent = $from.parent.type;
  if (!empty) return split(state, dispatch);
  switch (parent) {
    case nodes.item:
      if ($from.parent.content.size === 0) return leaveBlock($from, state, dispatch, nodes.list.name);
      dispatch?.(state.tr.split($from.pos).scrollIntoView());
      return true;
    case nodes.value:
      // What stands for the record says what the record says, and no more.
      if ($from.node(1).type !== nodes.facts) return enterBelow(state, dispatch);
      return addRow($from, state, dispatch, () =>
        nodes.fact.create(null, [nodes.label.create(), nodes.value.create()]),
      );
    case nodes.moment:
      return addRow($from, state, dispatch, (moment) =>
        nodes.moment.create({ at: moment.attrs.at, audience: moment.attrs.audience }),
      );
    case nodes.cell:
      return addRow($from, state, dispatch, (row) =>
        nodes.tr.create(null, row.children.map(() => nodes.cell.create())),
      );
    case nodes.label:
    case nodes.what:
    case nodes.note:
    case nodes.caption:
    case nodes.owner:
      return step(1)(state, dispatch);
    case nodes.due:
      return insert({ kind: "paragraph", text: "" })(state, dispatch);
    default:
      return split(state, dispatch);
  }
};

/** Ctrl Enter: a new paragraph after this block, whatever it is; inside a paragraph, a split. */
export const enterBelow: Command = (state, dispatch) => {
  const here = blockAt(state);
  if (here && SIMPLE.includes(here.node.type)) return split(state, dispatch);
  return insert({ kind: "paragraph", text: "" })(state, dispatch);
};

type Dispatch = ((tr: Transaction) => void) | undefined;

/** A row after the one at the caret; an empty last row is left instead. */
function addRow($from: ResolvedPos, state: EditorState, dispatch: Dispatch, make: (row: Node) => Node): boolean {
  const row = $from.node(2);
  const block = $from.node(1);
  if (row.textContent === "" && $from.index(1) === block.childCount - 1 && block.childCount > 1) {
    return leaveBlock($from, state, dispatch, block.type.name);
  }
  const at = $from.after(2);
  const tr = state.tr.insert(at, make(row));
  dispatch?.(tr.setSelection(Selection.near(tr.doc.resolve(at + 1), 1)).scrollIntoView());
  return true;
}

/** Takes the empty row at the caret away and goes on with a paragraph after the block. */
function leaveBlock($from: ResolvedPos, state: EditorState, dispatch: Dispatch, kind: string): boolean {
  const block = $from.node(1);
  const { audience } = block.attrs;
  const tr = state.tr;
  let at = $from.after(1);
  if (block.childCount > 1) {
    tr.delete($from.before(2), $from.after(2));
    at = tr.mapping.map(at);
    const rest = $from.index(1);
    // What stood below the empty row goes on below the new paragraph.
    if (rest < block.childCount - 1 && kind === nodes.list.name) {
      const cut = $from.before(2);
      tr.split(cut, 1);
      at = cut + 1;
    }
    tr.insert(at, nodes.paragraph.create({ audience }));
  } else {
    tr.replaceWith($from.before(1), at, nodes.paragraph.create(block.attrs));
    at = $from.before(1);
  }
  dispatch?.(tr.setSelection(TextSelection.create(tr.doc, at + 1)).scrollIntoView());
  return true;
}

const FIELDS = ["label", "value", "cell", "what", "owner", "due", "moment", "note", "caption"];

/** Tab and Shift Tab: the next or previous field of a block; outside of one they leave the text. */
export function step(by: -1 | 1): Command {
  return (state, dispatch) => {
    const { $from } = state.selection;
    if (!FIELDS.includes($from.parent.type.name)) return false;
    const start = $from.start(1);
    const fields: number[] = [];
    $from.node(1).descendants((node, pos) => {
      if (FIELDS.includes(node.type.name)) fields.push(start + pos + 1);
      return !node.inlineContent;
    });
    const to = fields[fields.indexOf($from.start()) + by];
    if (to === undefined) return false;
    const field = state.doc.resolve(to);
    dispatch?.(state.tr.setSelection(TextSelection.create(state.doc, to, field.end())).scrollIntoView());
    return true;
  };
}

/** Backspace at the beginning of something. */
export const backspace: Command = (state, dispatch) => {
  const { $from, empty } = state.selection;
  if (!empty || $from.parentOffset > 0 || $from.depth === 0) return false;
  const here = blockAt(state);
  if (!here) return false;
  if (SIMPLE.includes(here.node.type)) {
    if (here.node.type !== nodes.paragraph) return turnInto("paragraph")(state, dispatch);
    return joinBefore(here, state, dispatch);
  }
  if ($from.parent.type === nodes.item) {
    if ($from.index(1) > 0) {
      dispatch?.(state.tr.join($from.before(2)).scrollIntoView());
      return true;
    }
    const words = $from.parent.content;
    const { audience } = here.node.attrs;
    const rest = here.node.childCount > 1 ? [nodes.list.create(here.node.attrs, here.node.children.slice(1))] : [];
    const tr = state.tr.replaceWith(here.pos, here.pos + here.node.nodeSize, [
      nodes.paragraph.create({ id: rest.length ? "" : here.node.attrs.id, audience }, words),
      ...rest,
    ]);
    dispatch?.(tr.setSelection(TextSelection.create(tr.doc, here.pos + 1)));
    return true;
  }
  const row = $from.depth >= 2 ? $from.node(2) : null;
  if (row && row.textContent === "" && here.node.childCount > 1 && here.node.type !== nodes.action && $from.index(2) === 0) {
    const tr = state.tr.delete($from.before(2), $from.after(2));
    dispatch?.(tr.setSelection(Selection.near(tr.doc.resolve(Math.max($from.before(2) - 1, 0)), -1)));
    return true;
  }
  if (here.node.textContent === "") return removeBlock(state, dispatch);
  // Never joins a field with what stands before it.
  return true;
};

/** Joins a paragraph with the words before it; the guard takes the stricter audience. */
function joinBefore(here: Place, state: EditorState, dispatch: Dispatch): boolean {
  const before = state.doc.maybeChild(here.index - 1);
  if (!before) return true;
  const takes = SIMPLE.includes(before.type) ? 1 : before.type === nodes.list ? 2 : 0;
  if (!takes) {
    if (here.node.content.size === 0) return removeBlock(state, dispatch);
    dispatch?.(state.tr.setSelection(NodeSelection.create(state.doc, here.pos - before.nodeSize)));
    return true;
  }
  const end = here.pos - takes;
  const tr = state.tr.delete(here.pos, here.pos + here.node.nodeSize).insert(end, here.node.content);
  // The guard sees words that moved only when they stayed; say it here.
  tr.setMeta(JOINED, { into: here.index - 1, audience: here.node.attrs.audience, words: here.node.content.size > 0 });
  dispatch?.(tr.setSelection(TextSelection.create(tr.doc, end)).scrollIntoView());
  return true;
}

/** What a join tells the guard: whose words went into which block. */
export const JOINED = "joined";
export type Joined = { into: number; audience: Audience; words: boolean };

/** Delete at the end of a paragraph: the same join, seen from the other side. */
export const deleteForward: Command = (state, dispatch) => {
  const { $from, empty } = state.selection;
  if (!empty || $from.depth === 0 || $from.parentOffset < $from.parent.content.size) return false;
  const here = blockAt(state);
  const next = here && state.doc.maybeChild(here.index + 1);
  if (!here) return false;
  if ($from.parent.type === nodes.item && $from.index(1) < here.node.childCount - 1) {
    dispatch?.(state.tr.join($from.after(2)));
    return true;
  }
  const last = $from.pos + $from.depth === here.pos + here.node.nodeSize;
  if (!next || !last || !SIMPLE.includes(next.type) || !(SIMPLE.includes(here.node.type) || here.node.type === nodes.list)) {
    return !next || !SIMPLE.includes(here.node.type);
  }
  return joinBefore({ node: next, pos: here.pos + here.node.nodeSize, index: here.index + 1 }, state, dispatch);
};

export const breakLine: Command = (state, dispatch) => {
  const { parent } = state.selection.$from;
  if (!parent.type.contentMatch.matchType(nodes.line)) return false;
  dispatch?.(state.tr.replaceSelectionWith(nodes.line.create(), true).scrollIntoView());
  return true;
};

/** Puts a fact where the caret is, in place of `from…to` when something was typed for it. */
export function insertFact(name: string, from: number, to: number): Command {
  return (state, dispatch) => {
    const tr = state.tr.replaceWith(from, to, Fragment.from([nodes.named.create({ name }), schema.text(" ")]));
    dispatch?.(tr.scrollIntoView());
    return true;
  };
}

/** Draws the chart at the caret in another way. */
export function setLook(look: "bars" | "lines"): Command {
  return (state, dispatch) => {
    const here = blockAt(state);
    if (here?.node.type !== nodes.chart) return false;
    dispatch?.(state.tr.setNodeAttribute(here.pos, "look", look));
    return true;
  };
}

/** A further column of the table at the caret, or one less. */
export function column(by: -1 | 1): Command {
  return (state, dispatch) => {
    const here = blockAt(state);
    if (here?.node.type !== nodes.table && here?.node.type !== nodes.chart) return false;
    const { $from } = state.selection;
    const width = here.node.lastChild?.childCount ?? 0;
    const at = $from.depth >= 3 ? $from.index(2) : width - 1;
    if (by < 0 && width < (here.node.type === nodes.chart ? 3 : 2)) return false;
    const rows = here.node.children.map((row) =>
      row.type !== nodes.tr ? row : row.copy(
        Fragment.from(
          by > 0
            ? [...row.children.slice(0, at + 1), nodes.cell.create(), ...row.children.slice(at + 1)]
            : row.children.filter((_, n) => n !== at),
        ),
      ),
    );
    const tr = state.tr.replaceWith(here.pos, here.pos + here.node.nodeSize, here.node.copy(Fragment.from(rows)));
    dispatch?.(tr.setSelection(Selection.near(tr.doc.resolve(here.pos + 1), 1)));
    return true;
  };
}
