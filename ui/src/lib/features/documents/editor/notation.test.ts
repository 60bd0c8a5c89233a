import { expect, test } from "vitest";
import { parse, print } from "./notation";

test.each([
  "plain",
  "a [[b]] c",
  "[[exec|forty]] of {{case.reference}}",
  String.raw`\[[not marked]] and \{{not a fact}}`,
  "open [[ never closes",
  String.raw`a backslash \\[[before a mark]]`,
  String.raw`two \\\\{{case.reference}}`,
  String.raw`C:\\path and \\\[[plain`,
  "[[nobody|kept whole]]",
  "[[internal_team|kept | whole]]",
  "[[personal|Dana]] of [[exec,third_party|Borealis]] at [[live|http://a.example]]",
])("the notation survives a round trip: %s", (source) => {
  expect(parse(print(parse(source)))).toEqual(parse(source));
});

test("a mark says for whom the words are and why", () => {
  expect(parse("x [[personal|Dana]]")).toEqual([
    { kind: "plain", text: "x " },
    { kind: "marked", audience: "internal_team", mark: "personal", text: "Dana" },
  ]);
  expect(parse("[[customer:acme|yours]]")).toEqual([
    { kind: "marked", audience: "customer:acme", mark: null, text: "yours" },
  ]);
});

test("a span that ends in a backslash stays what it is", () => {
  const spans = parse(print([
    { kind: "plain", text: "a \\" },
    { kind: "marked", audience: "internal_team", mark: null, text: "b" },
    { kind: "plain", text: "\\[[c \\" },
  ]));
  expect(spans[0]).toEqual({ kind: "plain", text: "a \\" });
  expect(spans[2]).toEqual({ kind: "plain", text: "\\[[c \\" });
});
