// Between the blocks of the record and the tree of the editor, without loss.
import type { Fragment, Node } from "prosemirror-model";
import type { Block, Content, TimelineRow } from "$lib/ipc/bindings";
import { parse, print, type MarkWord, type Span } from "./notation";
import { schema } from "./schema";

const { nodes, marks } = schema;

/** A tree with these blocks; never empty, so that there is a place to write. */
export function toDoc(blocks: Block[]): Node {
  const children = blocks.map(toNode);
  return nodes.doc.create(null, children.length ? children : nodes.paragraph.create());
}

export function toNode(block: Block): Node {
  const attrs = { id: block.id, audience: block.audience };
  const { content } = block;
  switch (content.kind) {
    case "list":
      return nodes.list.create(attrs, some(content.items, "").map((it) => nodes.item.create(null, inline(it))));
    case "facts":
      return nodes.facts.create(
        attrs,
        some(content.rows, { label: "", value: "" }).map(fact),
      );
    case "table": {
      const width = Math.max(1, content.header.length, ...content.rows.map((row) => row.length));
      return nodes.table.create(attrs, [content.header, ...content.rows].map((cells) => tr(cells, width)));
    }
    case "chart": {
      const width = Math.max(2, content.header.length, ...content.rows.map((row) => row.length));
      return nodes.chart.create({ ...attrs, look: content.look }, [
        nodes.caption.create(null, inline(content.title)),
        ...[content.header, ...content.rows].map((cells) => tr(cells, width)),
      ]);
    }
    case "evidence":
    case "decision": {
      const record = content.kind === "evidence" ? content.evidence : content.decision;
      return nodes[content.kind].create({ ...attrs, record }, [
        nodes.note.create(null, inline(content.text)),
        ...content.rows.map(fact),
      ]);
    }
    case "timeline":
      return nodes.timeline.create(attrs, content.rows.map(toMoment));
    case "action":
      return nodes.action.create(attrs, [
        nodes.what.create(null, inline(content.what)),
        nodes.owner.create(null, plain(content.owner)),
        nodes.due.create(null, plain(content.due)),
      ]);
    default:
      return nodes[content.kind].create(attrs, inline(content.text));
  }
}

function tr(cells: string[], width: number): Node {
  return nodes.tr.create(null, Array.from({ length: width }, (_, n) => nodes.cell.create(null, inline(cells[n] ?? ""))));
}

function fact(it: { label: string; value: string }): Node {
  return nodes.fact.create(null, [nodes.label.create(null, plain(it.label)), nodes.value.create(null, inline(it.value))]);
}

export function toMoment(row: TimelineRow<string>): Node {
  const { text, ...attrs } = row;
  return nodes.moment.create(attrs, inline(text));
}

const written = new WeakMap<Node, Block>();

/** The blocks of a tree. A block that did not change since the last call is not read again. */
export function toBlocks(doc: Node): Block[] {
  return doc.children.map((node) => {
    let block = written.get(node);
    if (!block) written.set(node, (block = toBlock(node)));
    return block;
  });
}

function toBlock(node: Node): Block {
  return { id: node.attrs.id, audience: node.attrs.audience, content: toContent(node) };
}

function toContent(node: Node): Content<string> {
  const children = node.children;
  switch (node.type.name) {
    case "list":
      return { kind: "list", items: children.map(text) };
    case "facts":
      return { kind: "facts", rows: children.map(toFact) };
    case "chart": {
      const [header = [], ...rows] = children.slice(1).map((row) => row.children.map(text));
      return { kind: "chart", look: node.attrs.look, title: text(node.child(0)), header, rows };
    }
    case "evidence":
      return { kind: "evidence", evidence: node.attrs.record, text: text(node.child(0)), rows: children.slice(1).map(toFact) };
    case "decision":
      return { kind: "decision", decision: node.attrs.record, text: text(node.child(0)), rows: children.slice(1).map(toFact) };
    case "table": {
      const [header = [], ...rows] = children.map((row) => row.children.map(text));
      return { kind: "table", header, rows };
    }
    case "timeline":
      return {
        kind: "timeline",
        rows: children.map((it) => {
          const { at, audience, source, kind } = it.attrs as TimelineRow<string>;
          return { at, audience, source, text: text(it), ...(kind ? { kind } : {}) };
        }),
      };
    case "action":
      return {
        kind: "action",
        what: text(node.child(0)),
        owner: node.child(1).textContent,
        due: node.child(2).textContent,
      };
    case "heading":
    case "callout":
      return { kind: node.type.name, text: text(node) };
    default:
      return { kind: "paragraph", text: text(node) };
  }
}

function toFact(it: Node): { label: string; value: string } {
  return { label: it.child(0).textContent, value: text(it.child(1)) };
}

/** The nodes of a text in the notation. */
export function inline(source: string): Node[] {
  return parse(source).flatMap((span): Node[] => {
    if (span.kind === "fact") return [nodes.named.create({ name: span.name })];
    const { audience, mark } = span.kind === "marked" ? span : { audience: "", mark: null };
    const around = span.kind === "marked" ? [marks.withheld.create({ audience, mark })] : [];
    return span.text.split("\n").flatMap((line, n) => [
      ...(n ? [nodes.line.create(null, null, around)] : []),
      ...(line ? [schema.text(line, around)] : []),
    ]);
  });
}

/** A text in the notation, from the nodes of a paragraph, point or cell. */
export function text(of: Node): string {
  return print(spans(of.content));
}

function spans(content: Fragment): Span[] {
  const out: Span[] = [];
  content.forEach((node) => {
    if (node.type === nodes.named) {
      out.push({ kind: "fact", name: node.attrs.name });
      return;
    }
    const words = node.isText ? (node.text ?? "") : "\n";
    const around = node.marks.find((it) => it.type === marks.withheld)?.attrs as
      | { audience: string; mark: MarkWord | null }
      | undefined;
    const last = out.at(-1);
    if (around) {
      if (last?.kind === "marked" && last.audience === around.audience && last.mark === around.mark) last.text += words;
      else out.push({ kind: "marked", audience: around.audience, mark: around.mark, text: words });
    } else if (last?.kind === "plain") last.text += words;
    else out.push({ kind: "plain", text: words });
  });
  return out;
}

function plain(words: string): Node[] {
  return words ? [schema.text(words.replaceAll("\n", " "))] : [];
}

function some<T>(rows: T[], empty: T): T[] {
  return rows.length ? rows : [empty];
}
