// What holds after every change, whoever made it: each block has an id of its own, and text that was
// joined is for those who may read both halves.
import type { Node } from "prosemirror-model";
import { Plugin, type EditorState, type Transaction } from "prosemirror-state";
import { AttrStep, type StepMap } from "prosemirror-transform";
import type { Audiences } from "./audiences";
import { JOINED, type Joined } from "./commands";

export function guard(audiences: () => Audiences, newId: () => string): Plugin {
  return new Plugin({
    appendTransaction(changes, before, after) {
      if (!changes.some((it) => it.docChanged) || changes.every(staysInBlocks)) return null;
      const tr = after.tr;
      const ids = giveIds(tr, newId);
      joinAudiences(tr, changes, before, ids, audiences());
      return tr.docChanged ? tr : null;
    },
  });
}

/** Whether only words inside of blocks changed, as with a letter: then no block came, went, or took in
    another's words, and the rest of the text need not be looked at. */
export function staysInBlocks(change: Transaction): boolean {
  if (change.getMeta(JOINED)) return false;
  return change.steps.every(
    (step, n) => !(step instanceof AttrStep) && inside(step.getMap(), change.docs[n]!, change.docs[n + 1] ?? change.doc),
  );
}

function inside(map: StepMap, before: Node, after: Node): boolean {
  let stays = true;
  map.forEach((oldFrom, oldTo, newFrom, newTo) => {
    stays &&= inOneBlock(before, oldFrom, oldTo) && inOneBlock(after, newFrom, newTo);
  });
  return stays;
}

function inOneBlock(doc: Node, from: number, to: number): boolean {
  const start = doc.resolve(from);
  return start.depth > 0 && to <= start.end(1);
}

/** Gives an id to every block that has none or shares one; returns all ids with their positions. */
function giveIds(tr: Transaction, newId: () => string): Map<string, number> {
  const seen = new Map<string, number>();
  tr.doc.forEach((node, pos) => {
    let id: string = node.attrs.id;
    const other = seen.get(id);
    if (!id || other !== undefined) {
      const first = other === undefined ? null : tr.doc.nodeAt(other);
      // Whoever splits at the very beginning moves the words: they keep their history.
      if (other !== undefined && first?.content.size === 0 && node.content.size > 0) {
        const fresh = newId();
        tr.setNodeAttribute(other, "id", fresh);
        seen.set(fresh, other);
      } else {
        id = newId();
        tr.setNodeAttribute(pos, "id", id);
      }
    }
    seen.set(id, pos);
  });
  return seen;
}

/** Where the words of a block that is gone went on, that block takes the stricter audience. */
function joinAudiences(
  tr: Transaction,
  changes: readonly Transaction[],
  before: EditorState,
  ids: Map<string, number>,
  audiences: Audiences,
): void {
  for (const change of changes) {
    const joined = change.getMeta(JOINED) as Joined | undefined;
    if (joined?.words) restrict(tr, joined.into, joined.audience, audiences);
  }
  before.doc.forEach((node, pos) => {
    if (ids.has(node.attrs.id)) return;
    const at = landed(node, pos, changes);
    if (at === null || at > tr.doc.content.size) return;
    const $at = tr.doc.resolve(at);
    if ($at.depth === 0) return;
    restrict(tr, $at.index(0), node.attrs.audience, audiences);
  });
}

/** Leaves a block to those only who may read `audience`, too. */
export function restrict(tr: Transaction, index: number, audience: string, audiences: Audiences): void {
  const host = tr.doc.maybeChild(index);
  if (!host) return;
  const stricter = audiences.stricter(host.attrs.audience, audience);
  const pos = tr.doc.resolve(0).posAtIndex(index, 0);
  if (stricter !== host.attrs.audience) tr.setNodeAttribute(pos, "audience", stricter);
}

/** Where the last or first words of a block are now; null when they are gone, too. */
function landed(node: Node, pos: number, changes: readonly Transaction[]): number | null {
  const ends: [number, -1 | 1][] = [];
  node.descendants((child, offset) => {
    if (!child.isInline) return;
    const from = pos + 1 + offset;
    ends.push([from, 1], [from + child.nodeSize, -1]);
  });
  const tries = ends.length > 2 ? [ends[0]!, ends.at(-1)!] : ends;
  for (const [end, side] of tries) {
    let at = end;
    let kept = true;
    for (const change of changes) {
      const result = change.mapping.mapResult(at, side);
      kept &&= side > 0 ? !result.deletedAfter : !result.deletedBefore;
      at = result.pos;
    }
    if (kept) return at;
  }
  return null;
}
