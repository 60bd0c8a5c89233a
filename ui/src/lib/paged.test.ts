import { expect, test } from "vitest";
import type { ListAsk } from "$lib/ipc/bindings";
import { noFilter, PagedList, type Part } from "./paged.svelte";

type Row = { id: string };
const WHICH = { filter: noFilter(), sort: "due" as const };

/** A store with rows that a test may change; it remembers what it was asked. */
function store(n: number) {
  const rows: Row[] = Array.from({ length: n }, (_, it) => ({ id: `r${it}` }));
  const asked: ListAsk[] = [];
  const answer = (ask: ListAsk): Part<Row> => {
    const found = rows.findIndex((it) => it.id === ask.around);
    const at = found < 0 ? null : found;
    const offset = at === null ? ask.offset : at - (at % ask.limit);
    return { rows: rows.slice(offset, offset + ask.limit), offset, n_rows: rows.length, is_cut: false, at };
  };
  const list = new PagedList<Row>((ask) => {
    asked.push(ask);
    return Promise.resolve(answer(ask));
  });
  return { rows, asked, list };
}

const settled = () => new Promise((then) => setTimeout(then, 0));

test("only what is in sight is asked for, each part once", async () => {
  const { asked, list } = store(100_000);
  await list.show(WHICH);
  list.see(0, 20);
  list.see(5, 30);
  expect(asked.length).toBe(1);
  expect(list.count).toBe(100_000);
  list.see(50_000, 50_020);
  expect(list.row(50_010)).toBeUndefined();
  await settled();
  expect(list.row(50_010)?.id).toBe("r50010");
  expect(asked.length).toBe(2);
});

test("the last row can be selected before it is here", async () => {
  const { list } = store(100_000);
  await list.show(WHICH);
  list.choose(Number.MAX_SAFE_INTEGER);
  expect(list.at).toBe(99_999);
  await settled();
  expect(list.selected).toBe("r99999");
});

test("what is selected stays selected when rows come in above it", async () => {
  const { rows, list } = store(1000);
  await list.show(WHICH);
  list.choose(10);
  rows.unshift(...Array.from({ length: 100 }, (_, it) => ({ id: `new${it}` })));
  await list.show(WHICH);
  expect(list.selected).toBe("r10");
  expect(list.at).toBe(110);
});

test("when it is gone, its neighbour is selected", async () => {
  const { rows, list } = store(1000);
  await list.show(WHICH);
  list.choose(700);
  await settled();
  rows.splice(700, 1);
  await list.show(WHICH);
  expect(list.selected).toBe("r701");
});

test("another filter begins at the top when it leaves out what was selected", async () => {
  const { rows, list } = store(1000);
  await list.show(WHICH);
  list.choose(700);
  await settled();
  rows.splice(100);
  await list.show({ filter: { ...noFilter(), words: "lamp" }, sort: "due" });
  expect(list.at).toBe(0);
  expect(list.selected).toBe("r0");
});
