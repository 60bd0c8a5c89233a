// A template file and the form it is edited in: one text for each block, in plain notations.
//
// A list is one point a line; facts are `Label: value`; a table is cells between bars, its heading first;
// an action is what, owner and due between bars.
import type { Audience } from "$lib/ipc/bindings";

export const KINDS = {
  paragraph: "Paragraph",
  heading: "Heading",
  list: "List",
  facts: "Facts",
  table: "Table",
  action: "Action",
  callout: "Callout",
  rows: "From the case",
} as const;
export type Kind = keyof typeof KINDS;

export const ROWS: Record<string, string> = {
  targets: "Addresses and outcomes",
  addresses: "Addresses alone",
  standing: "Addresses that their host may still act on",
  restricted: "Addresses that we acted on",
  reasons: "Why we did not act",
  clocks: "Deadlines",
  decisions: "Decisions",
  evidence: "Evidence, with hashes",
  milestones: "Course of events, for outsiders",
  story: "Every entry, for the team",
  changes: "What is new since the last one",
};

export const READERS: Record<string, string> = {
  reporter: "Reporter",
  customer: "The case's customer",
  host: "Host or registrar",
  authority: "Authority",
  regulator: "Regulator",
  public: "Everybody",
  internal_team: "Team only",
  internal_company: "Whole company",
  exec: "Executives",
  privileged_legal: "Legal, privileged",
};

export type Block = {
  audience: Audience;
  kind: Kind;
  text: string;
  /** A condition; empty when the block is always there. */
  when: string;
  required: boolean;
  compare: boolean;
  /** The wording for a hard recipient, of the same kind; null when it is the same. */
  calm: string | null;
};

export type Form = {
  id: string;
  kind: "response" | "rca" | "readout";
  label: string;
  language: "en" | "pt";
  audience: Audience;
  version: number;
  title: string;
  subject: string;
  answersReport: boolean;
  maxWords: number | null;
  blocks: Block[];
};

type Json = Record<string, unknown>;

/** Reads a template file; throws when it is none, or its two wordings are not of one kind. */
export function read(source: string): Form {
  const it = JSON.parse(source) as Json;
  return {
    id: String(it.id ?? ""),
    kind: (it.kind as Form["kind"]) ?? "response",
    label: String(it.label ?? ""),
    language: (it.language as Form["language"]) ?? "en",
    audience: String(it.audience ?? "reporter"),
    version: Number(it.version ?? 1),
    title: String(it.title ?? ""),
    subject: String(it.subject ?? ""),
    answersReport: it.answers_report === true,
    maxWords: typeof it.max_words === "number" ? it.max_words : null,
    blocks: ((it.blocks as Json[]) ?? []).map(readBlock),
  };
}

function readBlock(it: Json): Block {
  const kind = (Object.keys(KINDS) as Kind[]).find((kind) => kind in it) ?? "paragraph";
  const calm = it.calm as Json | undefined;
  if (calm && !(kind in calm)) throw new Error("a calm wording is of another kind");
  return {
    audience: String(it.audience ?? ""),
    kind,
    text: toText(kind, it[kind]),
    when: String(it.when ?? ""),
    required: it.required === true,
    compare: it.compare === true,
    calm: calm ? toText(kind, calm[kind]) : null,
  };
}

/** Writes the file that `read` gives back. */
export function write(form: Form): string {
  const { id, kind, label, language, audience, version, title } = form;
  const whole = {
    id,
    kind,
    label,
    language,
    audience,
    version,
    title,
    ...(form.subject ? { subject: form.subject } : {}),
    ...(form.answersReport ? { answers_report: true } : {}),
    ...(form.maxWords ? { max_words: form.maxWords } : {}),
    blocks: form.blocks.map((it) => ({
      audience: it.audience,
      ...(it.when.trim() ? { when: it.when.trim() } : {}),
      ...(it.required ? { required: true } : {}),
      ...(it.compare ? { compare: true } : {}),
      [it.kind]: toContent(it.kind, it.text),
      ...(it.calm !== null ? { calm: { [it.kind]: toContent(it.kind, it.calm) } } : {}),
    })),
  };
  return `${JSON.stringify(whole, null, 2)}\n`;
}

export function emptyBlock(audience: Audience): Block {
  return { audience, kind: "paragraph", text: "", when: "", required: false, compare: false, calm: null };
}

/** The text of a block after its kind was changed. */
export function turned(block: Block, kind: Kind): Block {
  const text = kind === "rows" ? "targets" : block.kind === "rows" ? "" : block.text;
  return { ...block, kind, text, calm: kind === "rows" ? null : block.calm };
}

function toText(kind: Kind, content: unknown): string {
  switch (kind) {
    case "list":
      return (content as string[]).map(oneLine).join("\n");
    case "facts":
      return (content as [string, string][]).map(([label, value]) => `${oneLine(label)}: ${oneLine(value)}`).join("\n");
    case "table": {
      const { header, rows } = content as { header: string[]; rows: string[][] };
      return [header, ...rows].map((cells) => cells.map(cell).join(" | ")).join("\n");
    }
    case "action": {
      const { what, owner, due } = content as { what: string; owner: string; due: string };
      return [what, owner, due].map(cell).join(" | ");
    }
    default:
      return String(content);
  }
}

function toContent(kind: Kind, text: string): unknown {
  const lines = text.split("\n").filter((line) => line.trim());
  switch (kind) {
    case "list":
      return lines.map((line) => line.trim());
    case "facts":
      return lines.map((line) => {
        const at = line.indexOf(": ") >= 0 ? line.indexOf(": ") : line.trimEnd().length - Number(line.trimEnd().endsWith(":"));
        return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
      });
    case "table": {
      const [header = [], ...rows] = lines.map(cells);
      return { header, rows };
    }
    case "action": {
      const [what = "", owner = "", due = ""] = cells(text.replaceAll("\n", " "));
      return { what, owner, due };
    }
    default:
      return text;
  }
}

/** A bar in a cell has a backslash; one inside `{{ … }}` is a filter and stays. */
function cell(text: string): string {
  return outside(oneLine(text), (words) => words.replaceAll("|", "\\|"));
}

function cells(line: string): string[] {
  const filters: string[] = [];
  const bare = line.replace(/\{\{.*?\}\}|\{%.*?%\}/g, (tag) => `\u0000${filters.push(tag) - 1}\u0000`);
  return bare
    .split(/(?<!\\)\|/)
    .map((it) => it.replaceAll("\\|", "|").trim())
    // eslint-disable-next-line no-control-regex -- it stands where a tag was
    .map((it) => it.replace(/\u0000(\d+)\u0000/g, (_, n) => filters[Number(n)] ?? ""));
}

function outside(text: string, change: (words: string) => string): string {
  return text.split(/(\{\{.*?\}\}|\{%.*?%\})/).map((it, n) => (n % 2 ? it : change(it))).join("");
}

function oneLine(text: string): string {
  return text.replaceAll("\n", " ");
}
