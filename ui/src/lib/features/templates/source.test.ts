import { expect, test } from "vitest";
import { emptyBlock, read, turned, write } from "./source";

const files = import.meta.glob<string>("../../../../../src-tauri/crates/compose/templates/*.json", {
  query: "?raw",
  import: "default",
  eager: true,
});
const shipped = Object.entries(files);

test("there are templates to read", () => expect(shipped.length).toBeGreaterThan(30));

test.each(shipped)("%s comes back as it was", (_, source) => {
  const before = JSON.parse(source) as Record<string, unknown>;
  expect(JSON.parse(write(read(source)))).toEqual({ language: "en", ...before });
});

test("bars, colons and filters in words stay what they are", () => {
  const blocks = [
    { audience: "reporter", table: { header: ["a|b", "c"], rows: [["{{ hosts|join(' | ') }}", "d: e"]] } },
    { audience: "reporter", facts: [["Label", "a: b"], ["Empty", ""]] },
    { audience: "reporter", action: { what: "this | that", owner: "", due: "done" } },
  ];
  const source = JSON.stringify({ id: "x", kind: "response", label: "X", language: "en", audience: "reporter", version: 1, title: "t", blocks });
  expect(JSON.parse(write(read(source))).blocks).toEqual(blocks);
});

test("what is no template is refused, and a kind can be changed and back", () => {
  expect(() => read("{")).toThrow();
  const block = { ...emptyBlock("host"), text: "words" };
  expect(turned(turned(block, "list"), "paragraph").text).toBe("words");
  expect(turned(block, "rows").text).toBe("targets");
});
