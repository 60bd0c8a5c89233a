import { expect, test } from "vitest";
import type { Block, Envelope } from "$lib/ipc/bindings";
import { DocumentDraft } from "./draft.svelte";

function paragraph(id: string, text: string): Block {
  return { id, audience: "customer:acme", content: { kind: "paragraph", text } };
}

function draft(save: (blocks: Block[], envelope: Envelope | null) => Promise<string>) {
  const blocks = [paragraph("a", "one. two."), paragraph("b", "three")];
  return new DocumentDraft(() => blocks, null, "t0", save);
}

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
  it.touch();
  expect(await it.save()).toBe(false);
  expect(it.failure?.message).toBe("The disk is full.");
  expect(it.plainText()).toBe("one. two.\n\nthree");
  expect(it.dirty).toBe(true);
});
