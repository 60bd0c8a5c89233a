import { expect, test } from "vitest";
import type { Block, Content } from "$lib/ipc/bindings";
import { toBlocks, toDoc } from "./blocks";

const contents: Content<string>[] = [
  { kind: "heading", text: "What happened" },
  { kind: "paragraph", text: "A rule by [[personal|Dana]] hit {{case.reference}}.\nSecond line, [[two\nlines]]." },
  { kind: "callout", text: "Do not forward" },
  { kind: "list", items: ["one", "[[exec|two]]"] },
  { kind: "facts", rows: [{ label: "Customers", value: "{{account.count}}" }] },
  { kind: "table", header: ["Service", "From"], rows: [["DNS", "08:14"], ["", ""]] },
  {
    kind: "timeline",
    rows: [{ at: "2026-11-23T08:14:00Z", text: "It began.", audience: "public", source: "0198-entry" }],
  },
  { kind: "timeline", rows: [] },
  { kind: "chart", look: "lines", title: "Requests", header: ["Hour", "Served"], rows: [["08:00", "[[12]]"]] },
  { kind: "evidence", evidence: "0198-file", text: "The page", rows: [{ label: "File", value: "{{evidence.0198-file.name}}" }] },
  { kind: "decision", decision: "0198-decision", text: "", rows: [] },
  { kind: "action", what: "Split the rule", owner: "rules team", due: "2026-12-01" },
];

test.each(contents)("$kind comes back as it was", (content) => {
  const block: Block = { id: "b1", audience: "customer:acme", content };
  expect(toBlocks(toDoc([block]))).toEqual([block]);
});

test("an empty document has a place to write, for the team only", () => {
  const [block] = toBlocks(toDoc([]));
  expect(block?.audience).toBe("internal_team");
});
