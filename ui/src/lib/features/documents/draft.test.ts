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

test("only what differs from what is saved travels, after a failed save, too", async () => {
  const sent: string[][] = [];
  let fails: string | null = null;
  let blocks = [paragraph("a", "one"), paragraph("b", "two"), paragraph("c", "three")];
  const it = new DocumentDraft(() => blocks, null, "t0", ({ order, changed }) => {
    sent.push([order.join(""), ...changed.map((it) => it.id)]);
    return fails ? Promise.reject({ code: fails, message: "No.", hint: "" }) : Promise.resolve("t1");
  });
  expect(it.now().changed).toEqual([]);
  const write = async (n: number, text: string) => {
    blocks = blocks.with(n, paragraph(blocks[n]!.id, text));
    it.touch();
    await it.save();
  };
  await write(1, "saved");
  fails = "failed";
  await write(1, "the disk is full");
  await write(0, "and still is");
  fails = null;
  await write(1, "there is room again");
  await write(1, "saved");
  // Somebody took back what this window believes to be saved.
  fails = "not_found";
  await write(1, "named what is not there");
  fails = null;
  await write(1, "told everything");
  expect(sent.map(([order]) => order)).toEqual(Array(7).fill("abc"));
  expect(sent.map(([, ...changed]) => changed.join(""))).toEqual(["b", "b", "ab", "ab", "b", "b", "abc"]);
});
