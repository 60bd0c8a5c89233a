import { expect, test } from "vitest";
import type { StoryLine } from "$lib/ipc/bindings";
import { grouped } from "./story";
import { newestChange } from "./undo";

const line = (action: string, at: string, text: string): StoryLine =>
  ({ entry: `${action}${at}${text}`, action, at: `2026-11-23T${at}Z`, actor: "Ines", text }) as unknown as StoryLine;

test("what was done many times in one go is one line, and a note never disappears in it", () => {
  const settled = ["a", "b", "c"].map((it) => line("target_set", "10:00:30", it));
  const story = [...settled, line("note_added", "10:00:20", "seen"), line("target_set", "10:00:10", "d")];
  expect(grouped(story).map((it) => it.words)).toEqual(["3 changes to targets", "seen", "d"]);
});

test("what was done on another day stands alone", () => {
  const story = ["10:09:00", "10:05:00", "10:00:00"].map((at) => line("target_set", at, at));
  expect(grouped(story)).toHaveLength(3);
});

test("Ctrl Z takes back the newest change, never what took one back", () => {
  const mark = (text: string, marks: Partial<StoryLine>) => ({ ...line("target_set", "10:00:00", text), ...marks });
  const undo = mark("undo", { can_undo: true, undoes: true });
  const gone = mark("gone", { can_undo: false, undone: true });
  const next = mark("next", { can_undo: true });
  expect(newestChange([undo, gone, next])?.text).toBe("next");
  expect(newestChange([gone])).toBeUndefined();
});
