import { expect, test } from "vitest";
import type { Preview } from "$lib/ipc/bindings";
import { DocumentDraft } from "./draft.svelte";
import { Reader } from "./reader.svelte";

const pages = (name: string): Preview => ({ pages: [{ key: name, png: name }], caret: null, n_withheld: 0, withheld: [], suggestions: [], unprinted: [] });

test("one question is under way at a time, and an answer about another reader is dropped", async () => {
  const waiting: ((it: Preview) => void)[] = [];
  const draft = new DocumentDraft(() => [], null, "t0", async () => "t1");
  const desk = {
    documentPreview: () => new Promise<Preview>((then) => waiting.push(then)),
    documentCheck: async () => null,
  };
  const reader = new Reader(desk, "d", draft, "public");
  const looks = [reader.look()];
  reader.see("customer:acme");
  looks.push(reader.look(), reader.look());
  expect(waiting.length).toBe(1);
  waiting[0]?.(pages("for everybody"));
  await new Promise((then) => setTimeout(then, 0));
  expect(reader.preview).toBeNull();
  expect(waiting.length).toBe(2);
  waiting[1]?.(pages("for acme"));
  await Promise.all(looks);
  expect(reader.pages).toEqual(["for acme"]);
});

test("another reader sees nothing of the one before", async () => {
  const draft = new DocumentDraft(() => [], null, "t0", async () => "t1");
  const reader = new Reader(
    { documentPreview: async () => pages("team"), documentCheck: async () => null }, "d", draft, "internal_team",
  );
  await reader.look();
  reader.see("customer:acme");
  expect(reader.preview).toBeNull();
  expect(reader.pages).toEqual([]);
});

test("a page that stays as it is does not travel again", async () => {
  const asked: string[][] = [];
  const draft = new DocumentDraft(() => [], null, "t0", async () => "t1");
  const answers = [
    [{ key: "a", png: "first" }, { key: "b", png: "second" }],
    [{ key: "a", png: null }, { key: "c", png: "other" }],
  ];
  const reader = new Reader(
    {
      documentPreview: async (_, __, ___, { known }) => {
        asked.push(known);
        return { ...pages(""), pages: answers[asked.length - 1]! };
      },
      documentCheck: async () => null,
    },
    "d", draft, "internal_team",
  );
  await reader.look();
  await reader.look();
  expect(asked).toEqual([[], ["a", "b"]]);
  expect(reader.pages).toEqual(["first", "other"]);
});

test("a page is painted when it comes into sight", async () => {
  const asked: [number[], string[]][] = [];
  const draft = new DocumentDraft(() => [], null, "t0", async () => "t1");
  const reader = new Reader(
    {
      documentPreview: async (_, __, ___, { sight, known }) => {
        asked.push([sight, known]);
        const png = (n: number, key: string) => (sight.includes(n) && !known.includes(key) ? `picture ${key}` : null);
        return { ...pages(""), pages: ["a", "b"].map((key, n) => ({ key, png: png(n, key) })) };
      },
      documentCheck: async () => null,
    },
    "d", draft, "internal_team",
  );
  await reader.look();
  expect(reader.pages).toEqual(["picture a", ""]);
  reader.turn(1, true);
  await reader.look();
  expect(reader.pages).toEqual(["picture a", "picture b"]);
  expect(asked.slice(0, 2)).toEqual([[[0], []], [[0, 1], ["a"]]]);
});

test("pages that are shown wider are painted anew", async () => {
  const asked: [number, string[]][] = [];
  const draft = new DocumentDraft(() => [], null, "t0", async () => "t1");
  const reader = new Reader(
    {
      documentPreview: async (_, __, ___, { width_px, known }) => {
        asked.push([width_px, known]);
        return pages("a");
      },
      documentCheck: async () => null,
    },
    "d", draft, "internal_team",
  );
  reader.widen(470);
  expect(asked).toEqual([]);
  await reader.look();
  reader.widen(940);
  await reader.look();
  await reader.look();
  expect(asked.at(0)).toEqual([470, []]);
  expect(asked.at(1)).toEqual([940, []]);
  expect(asked.at(-1)).toEqual([940, ["a"]]);
});

test("where somebody writes is told with the pages, and forgotten with another reader", async () => {
  const asked: unknown[] = [];
  const draft = new DocumentDraft(() => [], null, "t0", async () => "t1");
  const reader = new Reader(
    {
      documentPreview: async (_, __, ___, { caret, follows }) => {
        asked.push([caret, follows]);
        return { ...pages("a"), caret: { page: 4, down: 200 } };
      },
      documentCheck: async () => null,
    },
    "d", draft, "internal_team", () => ({ block: "b", share: 500 }),
  );
  reader.follows = false;
  await reader.look();
  expect(reader.place).toEqual({ page: 4, down: 200 });
  reader.follow();
  await reader.look();
  expect([asked[0], asked[1]]).toEqual([[{ block: "b", share: 500 }, false], [{ block: "b", share: 500 }, true]]);
  reader.see("public");
  expect(reader.place).toBeNull();
});

test("the pages go before the check, and one check is under way at a time", async () => {
  const told: string[] = [];
  const waiting: (() => void)[] = [];
  const answered = (what: string) =>
    new Promise<void>((then) => {
      told.push(`${what} asked`);
      waiting.push(() => (told.push(`${what} there`), then()));
    });
  const draft = new DocumentDraft(() => [], null, "t0", async () => "t1");
  const reader = new Reader(
    { documentPreview: () => answered("pages").then(() => pages("a")), documentCheck: () => answered("check").then(() => null) },
    "d", draft, "public",
  );
  const rest = () => new Promise((then) => setTimeout(then, 0));
  const all = [reader.look(), reader.check(), reader.check()];
  await rest();
  expect(told).toEqual(["pages asked"]);
  waiting[0]?.();
  await rest();
  expect(told.slice(1)).toEqual(["pages there", "check asked"]);
  all.push(reader.check(), reader.check());
  await rest();
  expect(waiting.length).toBe(2);
  waiting[1]?.();
  await rest();
  waiting[2]?.();
  await Promise.all(all);
  expect(told.slice(3)).toEqual(["check there", "check asked", "check there"]);
});
