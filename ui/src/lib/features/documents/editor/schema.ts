// What a document may hold while it is written: the blocks of the record, each with its audience,
// and text with marked spans and facts. Whatever is pasted is cleaned to this.
import { Schema, type DOMOutputSpec, type NodeSpec } from "prosemirror-model";
import { audienceLabel, isInside } from "../labels";
import { MOMENTS } from "../timeline.svelte";
import { isMarkWord, MARKS } from "./notation";

/** Attributes that every block has. */
const BLOCK_ATTRS = { id: { default: "" }, audience: { default: "internal_team" } };

type Attrs = { id: string; audience: string };

/** So many letters of a label find room in the margin, however wide they are. */
const MARGIN_LETTERS = 19;

/** What the margin of a block says; the id lets other parts of the page point at it. */
function margin(attrs: Attrs, kind: string): Record<string, string> {
  const label = audienceLabel(attrs.audience);
  return {
    "data-block": kind,
    "data-id": attrs.id,
    "data-inside": String(isInside(attrs.audience)),
    "data-audience": `${isInside(attrs.audience) ? "⌂" : "↗"} ${label}`,
    ...(label.length > MARGIN_LETTERS - 2 ? { "data-long": "" } : {}),
    "data-test": "block",
    dir: "auto",
  };
}

function block(kind: string, rest: NodeSpec, dom: (attrs: Record<string, string>) => DOMOutputSpec): NodeSpec {
  return {
    group: "block",
    attrs: BLOCK_ATTRS,
    defining: true,
    ...rest,
    toDOM: (node) => dom(margin(node.attrs as Attrs, kind)),
  };
}

const still = { contenteditable: "false" };

export const schema = new Schema({
  nodes: {
    doc: { content: "block+" },
    paragraph: block(
      "paragraph",
      {
        content: "inline*",
        parseDOM: [
          // The words of a point or a cell stay in it, however they were wrapped.
          { tag: "p, div", context: "item/|cell/|value/|fact/", skip: true },
          { tag: "p" },
          { tag: "pre", preserveWhitespace: "full" },
        ],
      },
      (attrs) => ["p", attrs, 0],
    ),
    heading: block(
      "heading",
      { content: "inline*", parseDOM: [1, 2, 3, 4, 5, 6].map((n) => ({ tag: `h${n}` })) },
      (attrs) => ["h2", attrs, 0],
    ),
    callout: block(
      "callout",
      { content: "inline*", parseDOM: [{ tag: "blockquote" }] },
      (attrs) => ["div", attrs, ["div", { class: "callout" }, 0]],
    ),
    list: block(
      "list",
      { content: "item+", parseDOM: [{ tag: "ul" }, { tag: "ol" }] },
      (attrs) => ["div", attrs, ["ul", 0]],
    ),
    item: { content: "inline*", defining: true, parseDOM: [{ tag: "li" }], toDOM: () => ["li", { dir: "auto" }, 0] },
    facts: block(
      "facts",
      { content: "fact+", parseDOM: [{ tag: "dl" }] },
      (attrs) => ["div", attrs, ["div", { class: "facts" }, 0]],
    ),
    fact: { content: "label value", toDOM: () => ["div", { class: "fact" }, 0] },
    label: {
      content: "text*",
      marks: "",
      isolating: true,
      parseDOM: [{ tag: "dt" }],
      toDOM: () => ["div", { class: "label", "data-hint": "Label" }, 0],
    },
    value: {
      content: "inline*",
      isolating: true,
      parseDOM: [{ tag: "dd" }],
      toDOM: () => ["div", { class: "value", "data-hint": "Value" }, 0],
    },
    table: block(
      "table",
      { content: "tr+", parseDOM: [{ tag: "table" }] },
      (attrs) => ["div", attrs, ["table", ["tbody", 0]]],
    ),
    chart: block(
      "chart",
      { content: "caption tr+", attrs: { ...BLOCK_ATTRS, look: { default: "bars" } } },
      (attrs) => ["div", attrs, ["div", { class: "chart" }, 0]],
    ),
    caption: {
      content: "inline*",
      isolating: true,
      toDOM: () => ["div", { class: "caption", "data-hint": "What the figures show", dir: "auto" }, 0],
    },
    evidence: block(
      "evidence",
      { content: "note fact*", attrs: { ...BLOCK_ATTRS, record: { default: "" } } },
      (attrs) => ["div", attrs, ["div", { class: "record", "data-kind": "Evidence" }, 0]],
    ),
    decision: block(
      "decision",
      { content: "note fact*", attrs: { ...BLOCK_ATTRS, record: { default: "" } } },
      (attrs) => ["div", attrs, ["div", { class: "record", "data-kind": "Decision" }, 0]],
    ),
    note: {
      content: "inline*",
      isolating: true,
      toDOM: () => ["div", { class: "note", "data-hint": "What it is shown for", dir: "auto" }, 0],
    },
    tr: { content: "cell+", parseDOM: [{ tag: "tr" }], toDOM: () => ["tr", 0] },
    cell: {
      content: "inline*",
      isolating: true,
      parseDOM: [{ tag: "td" }, { tag: "th" }],
      toDOM: () => ["td", { dir: "auto" }, 0],
    },
    timeline: block(
      "timeline",
      { content: "moment*" },
      (attrs) => ["div", attrs, ["div", { class: "timeline" }, 0]],
    ),
    moment: {
      content: "inline*",
      isolating: true,
      attrs: { at: { default: "" }, audience: { default: "internal_team" }, source: { default: null }, kind: { default: null } },
      toDOM: ({ attrs }) => [
        "div",
        { class: "moment", "data-inside": String(isInside(attrs.audience)) },
        ["time", { ...still, datetime: attrs.at }, utcMinute(attrs.at)],
        ["span", { ...still, class: "sort" }, attrs.kind ? MOMENTS[attrs.kind as keyof typeof MOMENTS] : ""],
        ["div", { class: "said", "data-hint": "What happened", dir: "auto" }, 0],
        ["span", { ...still, class: "who" }, audienceLabel(attrs.audience)],
      ],
    },
    action: block(
      "action",
      { content: "what owner due" },
      (attrs) => ["div", attrs, ["div", { class: "action" }, 0]],
    ),
    what: { content: "inline*", isolating: true, toDOM: () => ["div", { class: "what", "data-hint": "What will be done", dir: "auto" }, 0] },
    owner: { content: "text*", marks: "", isolating: true, toDOM: () => ["div", { class: "owner", "data-hint": "Role that owns it" }, 0] },
    due: { content: "text*", marks: "", isolating: true, toDOM: () => ["div", { class: "due", "data-hint": "Until when, or done" }, 0] },
    text: { group: "inline" },
    line: {
      inline: true,
      group: "inline",
      selectable: false,
      linebreakReplacement: true,
      leafText: () => "\n",
      parseDOM: [{ tag: "br" }],
      toDOM: () => ["br"],
    },
    named: {
      inline: true,
      group: "inline",
      atom: true,
      attrs: { name: {} },
      leafText: (node) => `{{${node.attrs.name}}}`,
      toDOM: ({ attrs }) => ["span", { class: "chip", "data-fact": attrs.name }, attrs.name],
    },
  },
  marks: {
    withheld: {
      attrs: { audience: { default: "internal_team" }, mark: { default: null } },
      inclusive: false,
      toDOM: ({ attrs }) => [
        "span",
        {
          class: "marked",
          "data-mark": attrs.mark ?? "team",
          title: `${isMarkWord(attrs.mark ?? "") ? MARKS[attrs.mark as keyof typeof MARKS].label : "Marked"}: ${audienceLabel(attrs.audience)}`,
        },
        0,
      ],
    },
  },
});

/** `2026-11-23 14:03 UTC`: a timeline has one zone, stated in every row. */
export function utcMinute(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? "no time yet" : `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
