import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { SearchHit, SearchPage } from "$lib/ipc/bindings";
import { place, Search, summary } from "./search.svelte";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const page = (n_hits: number, change: Partial<SearchPage> = {}): SearchPage => ({
  hits: [],
  n_hits,
  newest_first: false,
  ...change,
});

/** A desk that answers when told to. */
function desk() {
  const asked: { text: string; answer: (page: SearchPage) => void; refuse: (it: unknown) => void }[] = [];
  const search = new Search(
    (text) => new Promise((answer, refuse) => asked.push({ text, answer, refuse })),
  );
  return { asked, search };
}

test("a pause in typing asks once, for what stands there then", () => {
  const { asked, search } = desk();
  for (const text of ["l", "la", "lam", "lamp"]) search.type(text);
  expect(asked).toEqual([]);
  vi.advanceTimersByTime(500);
  expect(asked.map((it) => it.text)).toEqual(["lamp"]);
});

test("the last question wins, whatever order the answers come in", async () => {
  const { asked, search } = desk();
  search.type("lamp");
  vi.advanceTimersByTime(500);
  search.type("lantern");
  const settled = search.settled();
  asked[1]?.answer(page(2));
  await settled;
  asked[0]?.answer(page(1));
  await Promise.resolve();
  expect(search.page?.n_hits).toBe(2);
});

test("the old answer stays until the next one is here, and an empty box shows nothing", async () => {
  const { asked, search } = desk();
  search.type("lamp");
  const first = search.settled();
  asked[0]?.answer(page(3));
  await first;
  search.type("lamps");
  vi.advanceTimersByTime(500);
  expect(search.page?.n_hits).toBe(3);
  search.type(" ");
  expect(search.page).toBeNull();
  asked[1]?.answer(page(1));
  await Promise.resolve();
  expect(search.page).toBeNull();
});

test("a failure is shown until an answer comes", async () => {
  const { asked, search } = desk();
  search.type("lamp");
  const failed = search.settled();
  asked[0]?.refuse({ code: "failed", message: "no", hint: "again" });
  await failed;
  expect(search.failure?.message).toBe("no");
  search.type("lamp ");
  const done = search.settled();
  asked[1]?.answer(page(1));
  await done;
  expect(search.failure).toBeNull();
});

test("a hit leads to its document, its case, or the queue", () => {
  const hit = (opens: SearchHit["opens"], of: string | null): SearchHit => ({
    kind: "report",
    opens,
    case: of,
    reference: null,
    at: "2026-11-23T14:00:00Z",
    hidden: false,
    title: [],
    snippet: [],
  });
  expect(place(hit({ kind: "document", id: "d" }, "c"))).toEqual({ view: "document", id: "d" });
  expect(place(hit({ kind: "case", id: "c" }, "c"))).toEqual({ view: "case", id: "c" });
  expect(place(hit({ kind: "report", id: "r" }, "c"))).toEqual({ view: "case", id: "c" });
  expect(place(hit({ kind: "report", id: "r" }, null))).toEqual({ view: "queue", select: "r" });
});

test("the summary says which of very many are shown", () => {
  const hits = [{} as SearchHit];
  expect(summary(page(1, { hits }))).toBe("1 found");
  expect(summary(page(812, { hits }))).toBe("The best 1 of 812");
  expect(summary(page(2134, { hits, newest_first: true }))).toBe("The newest 1 of 2,134");
});
