import { expect, test } from "vitest";
import type { Block, Envelope } from "$lib/ipc/bindings";
import { DocumentDraft } from "./draft.svelte";

function paragraph(id: string, text: string, audience = "customer:acme"): Block {
  return { id, audience, content: { kind: "paragraph", text } };
}

function draft(save: (blocks: Block[], envelope: Envelope | null) => Promise<string>) {
  return new DocumentDraft([paragraph("a", "one. two."), paragraph("b", "three")], null, "t0", save);
}

const words = (it: DocumentDraft) =>
  it.blocks.map((block) => (block.content.kind === "paragraph" ? block.content.text : "?"));

test("new text is for the team only", () => {
  const it = draft(async () => "t1");
  expect(it.add("paragraph", 1).audience).toBe("internal_team");
  expect(it.dirty).toBe(true);
});

test("splitting copies the audience", () => {
  const it = draft(async () => "t1");
  it.split(0, 5);
  expect(words(it)).toEqual(["one.", "two.", "three"]);
  expect(it.blocks[1]?.audience).toBe("customer:acme");
});

test("a block moves by one and stops at the ends", () => {
  const it = draft(async () => "t1");
  it.move(0, -1);
  expect(words(it)).toEqual(["one. two.", "three"]);
  it.move(0, 1);
  expect(words(it)).toEqual(["three", "one. two."]);
});

test("saved is what the house says, and only when it said so", async () => {
  let commit: (at: string) => void = () => {};
  const it = draft(() => new Promise((resolve) => (commit = resolve)));
  it.touch();
  const saving = it.save();
  await Promise.resolve();
  expect(it.savedAt).toBe("t0");
  it.touch();
  commit("t1");
  expect(await saving).toBe(false);
  expect([it.savedAt, it.dirty]).toEqual(["t1", true]);
});

test("a failed save keeps every word and says why", async () => {
  const failure = { code: "failed", message: "The disk is full.", hint: "Free some space." };
  const it = draft(() => Promise.reject(failure));
  it.remove(1);
  expect(await it.save()).toBe(false);
  expect(it.failure?.message).toBe("The disk is full.");
  expect(it.plainText()).toBe("one. two.");
  expect(it.dirty).toBe(true);
});
