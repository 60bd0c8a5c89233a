// The words on screen for documents, blocks and audiences.
import type { Audience, Content, DocumentKind } from "$lib/ipc/bindings";

export const KINDS: Record<DocumentKind, string> = {
  response: "Response",
  rca: "Root-cause analysis",
  readout: "Executive readout",
};

export type BlockKind = Content<string>["kind"];

export const BLOCKS: Record<BlockKind, string> = {
  heading: "Heading",
  paragraph: "Paragraph",
  list: "List",
  facts: "Facts",
  table: "Table",
  timeline: "Timeline",
  action: "Action",
  callout: "Callout",
  chart: "Chart",
  evidence: "Evidence",
  decision: "Decision",
};

/** Kinds that stand for something in the record: they are put in from there. */
export type RecordKind = "evidence" | "decision";

/** Kinds that can be begun empty. */
export const WRITTEN = (Object.keys(BLOCKS) as BlockKind[]).filter(
  (it): it is Exclude<BlockKind, RecordKind> => it !== "evidence" && it !== "decision",
);

const AUDIENCES: Record<string, string> = {
  privileged_legal: "Legal, privileged",
  internal_team: "Team only",
  internal_company: "Whole company",
  exec: "Executives",
  reporter: "Reporter",
  host: "Host or registrar",
  authority: "Authority",
  regulator: "Regulator",
  public: "Everybody",
};

export function audienceLabel(audience: Audience): string {
  if (audience.startsWith("customer:")) return `Customer ${audience.slice("customer:".length)}`;
  return AUDIENCES[audience] ?? audience;
}

/** Whether text for this audience stays in the house. */
export function isInside(audience: Audience): boolean {
  return ["privileged_legal", "internal_team", "internal_company", "exec"].includes(audience);
}

/** A new, empty content of a kind. */
export function emptyContent(kind: Exclude<BlockKind, RecordKind>): Content<string> {
  switch (kind) {
    case "list":
      return { kind, items: [""] };
    case "facts":
      return { kind, rows: [{ label: "", value: "" }] };
    case "table":
      return { kind, header: ["", ""], rows: [["", ""]] };
    case "chart":
      return { kind, look: "bars", title: "", header: ["", ""], rows: [["", ""]] };
    case "timeline":
      return { kind, rows: [] };
    case "action":
      return { kind, what: "", owner: "", due: "" };
    default:
      return { kind, text: "" };
  }
}
