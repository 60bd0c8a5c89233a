import { DOMParser, Slice } from "prosemirror-model";
import { EditorState, TextSelection, type Command } from "prosemirror-state";
import { expect, test } from "vitest";
import type { Audience, Block, Readers } from "$lib/ipc/bindings";
import { Audiences } from "./audiences";
import { toBlocks, toDoc } from "./blocks";
import { pasted, readable } from "./clipboard";
import { backspace, deleteForward, enter, insert, insertFact, move, setAudience, step, toggleWithheld } from "./commands";
import { guard, staysInBlocks } from "./guard";
import { asked } from "./menu.svelte";
import { schema } from "./schema";

const READERS: Readers[] = [
  { audience: "internal_team", readers: ["internal_team"] },
  { audience: "exec", readers: ["internal_team", "exec"] },
  { audience: "customer:acme", readers: ["internal_team", "exec", "customer:acme"] },
  { audience: "customer:borealis", readers: ["internal_team", "exec", "customer:borealis"] },
  { audience: "public", readers: ["internal_team", "exec", "customer:acme", "customer:borealis", "public"] },
];
const audiences = new Audiences(READERS);

const paragraph = (id: string, text: string, audience: Audience = "customer:acme"): Block => ({
  id, audience, content: { kind: "paragraph", text },
});

/** A state with the caret (or a selection) at these places of the tree. */
function state(blocks: Block[], from: number, to = from): EditorState {
  let n = 0;
  const it = EditorState.create({ doc: toDoc(blocks), plugins: [guard(() => audiences, () => `new${++n}`)] });
  return it.apply(it.tr.setSelection(TextSelection.create(it.doc, from, to)));
}

function after(it: EditorState, command: Command): EditorState {
  let next = it;
  expect(command(it, (tr) => (next = it.apply(tr)))).toBe(true);
  return next;
}

const told = (it: EditorState) =>
  toBlocks(it.doc).map(({ id, audience, content }) => `${id} ${audience} ${"text" in content ? content.text : content.kind}`);

test("splitting a block copies its audience and keeps its id with the first half", () => {
  expect(told(after(state([paragraph("a", "one two")], 5), enter))).toEqual([
    "a customer:acme one ", "new1 customer:acme two",
  ]);
});

test("splitting at the very beginning leaves the id with the words", () => {
  expect(told(after(state([paragraph("a", "one")], 1), enter))).toEqual(["new1 customer:acme ", "a customer:acme one"]);
});

test("joining takes the stricter audience, whichever half it is", () => {
  const blocks = [paragraph("a", "one", "public"), paragraph("b", "two", "exec")];
  expect(told(after(state(blocks, 6), backspace))).toEqual(["a exec onetwo"]);
  expect(told(after(state(blocks, 4), deleteForward))).toEqual(["a exec onetwo"]);
});

test("text of two customers that was joined is the team's", () => {
  const blocks = [paragraph("a", "one"), paragraph("b", "two", "customer:borealis")];
  expect(told(after(state(blocks, 6), backspace))).toEqual(["a internal_team onetwo"]);
});

test("deleting across blocks takes the stricter audience of what is left", () => {
  const blocks = [paragraph("a", "one", "public"), paragraph("b", "gone", "exec"), paragraph("c", "two", "customer:acme")];
  const it = state(blocks, 2, 13);
  const left = it.apply(it.tr.deleteSelection());
  expect(told(left)).toEqual(["a customer:acme owo"]);
});

test("deleting a whole block changes nobody's audience", () => {
  const it = state([paragraph("a", "one", "public"), paragraph("b", "secret", "internal_team")], 1);
  expect(told(it.apply(it.tr.delete(5, 13)))).toEqual(["a public one"]);
});

test("a letter, a fact and a mark stay in their block; a split, a join and a new block do not", () => {
  const blocks = [paragraph("a", "one two", "public"), paragraph("b", "three", "exec")];
  const it = state(blocks, 4);
  const change = (command: Command, at = it) => {
    let found: boolean | null = null;
    command(at, (tr) => (found = staysInBlocks(tr)));
    return found;
  };
  const typed = (words: string, from: number, to = from): Command => (now, dispatch) => {
    dispatch?.(now.tr.insertText(words, from, to));
    return true;
  };
  expect(change(typed("x", 4))).toBe(true);
  expect(change(typed("", 2, 5))).toBe(true);
  expect(change(insertFact("case.reference", 4, 4))).toBe(true);
  expect(change(toggleWithheld("personal"), state(blocks, 1, 4))).toBe(true);
  expect(change(typed("", 3, 12))).toBe(false);
  expect(change(enter)).toBe(false);
  expect(change(backspace, state(blocks, 10))).toBe(false);
  expect(change(insert({ kind: "callout", text: "" }))).toBe(false);
  expect(change(setAudience("exec"))).toBe(false);
  expect(change(move(1))).toBe(false);
});

test("words from outside are for the team until somebody says otherwise", () => {
  const it = state([paragraph("a", "seen by Acme")], 3);
  const slice = new Slice(toDoc([paragraph("", "chat", "public")]).content, 1, 1);
  expect(told(it.apply(pasted(it, slice, false, audiences)))).toEqual(["a internal_team sechaten by Acme"]);
});

test("words copied here keep their audience, and the stricter one wins", () => {
  const it = state([paragraph("a", "seen by Acme")], 3);
  const copied = (audience: Audience) => new Slice(toDoc([paragraph("x", "chat", audience)]).content, 1, 1);
  expect(told(it.apply(pasted(it, copied("public"), true, audiences)))).toEqual(["a customer:acme sechaten by Acme"]);
  expect(told(it.apply(pasted(it, copied("exec"), true, audiences)))).toEqual(["a exec sechaten by Acme"]);
});

test("what is pasted is cleaned to the schema", () => {
  const page = document.implementation.createHTMLDocument("");
  page.body.innerHTML =
    `<h1 onclick="x()">Title</h1><script>alert(1)</script><style>p{}</style><p style="color:red">A <b>bold</b> ` +
    `<a href="https://bad.example">link</a><img src="https://bad.example/p.png"></p><ul><li><p>one</p></li><li>two</li></ul>` +
    `<table><tr><th>h</th></tr><tr><td><p>c</p></td></tr></table><object data="https://bad.example"></object>`;
  const blocks = toBlocks(DOMParser.fromSchema(schema).parse(page.body));
  expect(blocks.map((it) => it.content)).toEqual([
    { kind: "heading", text: "Title" },
    { kind: "paragraph", text: "A bold link" },
    { kind: "list", items: ["one", "two"] },
    { kind: "table", header: ["h"], rows: [["c"]] },
  ]);
  expect(new Set(blocks.map((it) => it.audience))).toEqual(new Set(["internal_team"]));
});

test("a copy is what the reader may see, without ids or audiences", () => {
  const it = state(
    [
      paragraph("a", "Your [[personal|Dana]] saw {{case.reference}} at [[live|http://bad.example]]"),
      paragraph("b", "Only us", "internal_team"),
      paragraph("c", "Borealis, too", "customer:borealis"),
    ],
    1,
  );
  const outside = {
    reader: () => "customer:acme", audiences: () => audiences, fact: () => "ESC-2026-0042", onsay: () => {},
  };
  const copied = readable(new Slice(it.doc.content, 0, 0), outside);
  expect(copied.text).toBe("Your [withheld] saw ESC-2026-0042 at hxxp://bad[.]example");
  expect(copied.html).not.toMatch(/Dana|Only us|Borealis|data-|customer|internal|class/);
  expect(copied.left).toBe(3);
});

test("a block moves with the caret in it, and stops at the ends", () => {
  const it = after(state([paragraph("a", "one"), paragraph("b", "two")], 7), move(-1));
  expect(told(it)).toEqual(["b customer:acme two", "a customer:acme one"]);
  expect(it.selection.from).toBe(2);
  expect(move(-1)(it)).toBe(false);
});

test("new blocks are for the team only, and their audience changes by one command", () => {
  const it = after(state([paragraph("a", "one")], 2), insert({ kind: "callout", text: "" }));
  expect(told(it)).toEqual(["a customer:acme one", "new1 internal_team "]);
  expect(told(after(it, setAudience("public")))[1]).toBe("new1 public ");
});

test("words are marked and unmarked by the same key", () => {
  const marked = after(state([paragraph("a", "Dana was here", "public")], 1, 5), toggleWithheld("personal"));
  expect(told(marked)).toEqual(["a public [[personal|Dana]] was here"]);
  expect(told(after(marked, toggleWithheld("personal")))).toEqual(["a public Dana was here"]);
});

test("enter goes on with the next point, and leaves the list at an empty one", () => {
  const list: Block = { id: "l", audience: "exec", content: { kind: "list", items: ["one"] } };
  let it = after(state([list], 5), enter);
  expect(toBlocks(it.doc)[0]?.content).toEqual({ kind: "list", items: ["one", ""] });
  it = after(it, enter);
  expect(told(it)).toEqual(["l exec list", "new1 exec "]);
});

test("tab goes through the fields of a block, and out of it at its end", () => {
  const action: Block = { id: "t", audience: "exec", content: { kind: "action", what: "Do it", owner: "", due: "" } };
  let it = after(state([action], 3), step(1));
  expect(it.selection.$from.parent.type.name).toBe("owner");
  it = after(it, step(1));
  expect(it.selection.$from.parent.type.name).toBe("due");
  expect(step(1)(it)).toBe(false);
});

test("what was typed opens the right menu", () => {
  expect(asked("/tab", 5)).toEqual({ kind: "insert", query: "tab", from: 1, to: 5 });
  expect(asked("see {{case", 11)).toEqual({ kind: "fact", query: "case", from: 5, to: 11 });
  expect(asked("and/or", 7)).toBeNull();
  expect(asked("http://a", 9)).toBeNull();
});
