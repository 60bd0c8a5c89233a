import { expect, test } from "vitest";
import type { Block, Draft } from "$lib/ipc/bindings";
import { DocumentDraft } from "./draft.svelte";

function paragraph(id: string, text: string): Block {
  return { id, audience: "customer:acme", content: { kind: "paragraph", text } };
}

function draft(save: (draft: Draft) => Promise<string>) {
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

test("what is saved does not travel again, unless a save failed", async () => {
  const sent: string[][] = [];
  let fails = false;
  let blocks = [paragraph("a", "one"), paragraph("b", "two")];
  const it = new DocumentDraft(() => blocks, null, "t0", ({ order, changed }) => {
    sent.push([order.join(), ...changed.map((it) => it.id)]);
    return fails ? Promise.reject(new Error("no room")) : Promise.resolve("t1");
  });
  expect(it.now().changed).toEqual([]);
  const write = async (text: string) => {
    blocks = [blocks[0]!, paragraph("b", text)];
    it.touch();
    await it.save();
  };
  await write("three");
  fails = true;
  await write("four");
  fails = false;
  await write("five");
  await write("six");
  expect(sent).toEqual([["a,b", "b"], ["a,b", "b"], ["a,b", "a", "b"], ["a,b", "b"]]);
});
