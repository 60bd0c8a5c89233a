// The notation of marked spans and facts, as the record keeps it: `[[words]]`, `[[exec|words]]`,
// `[[personal|words]]`, `{{case.reference}}`. The same rules as `model/src/document/text.rs`.
import type { Audience } from "$lib/ipc/bindings";

export type MarkWord = "personal" | "third_party" | "law_enforcement" | "live";

export type Span =
  | { kind: "plain"; text: string }
  | { kind: "marked"; audience: Audience; mark: MarkWord | null; text: string }
  | { kind: "fact"; name: string };

export const MARKS: Record<MarkWord, { label: string; audience: Audience }> = {
  personal: { label: "Personal data", audience: "internal_team" },
  third_party: { label: "Third party", audience: "internal_team" },
  law_enforcement: { label: "Law-enforcement-sensitive", audience: "internal_team" },
  live: { label: "Live indicator, shown defanged", audience: "public" },
};

const TEAM: Audience = "internal_team";
const AUDIENCE = /^(privileged_legal|internal_team|internal_company|exec|reporter|host|authority|regulator|public|customer:.*\S.*)$/s;

export function isMarkWord(word: string): word is MarkWord {
  return Object.hasOwn(MARKS, word);
}

/** Reads the notation; what does not close is plain text. */
export function parse(source: string): Span[] {
  const spans: Span[] = [];
  let plain = "";
  const flush = () => {
    if (plain) spans.push({ kind: "plain", text: plain });
    plain = "";
  };
  let at = 0;
  while (at < source.length) {
    let slashes = 0;
    while (source[at + slashes] === "\\") slashes += 1;
    const bare = at + slashes;
    if (slashes > 0 && opens(source, bare)) {
      plain += "\\".repeat(Math.floor(slashes / 2));
      at = bare;
      if (slashes % 2 === 1) {
        plain += source.slice(at, at + 2);
        at += 2;
      }
      continue;
    }
    const marked = enclosed(source, at, "[[", "]]");
    const fact = marked ? null : enclosed(source, at, "{{", "}}");
    if (marked) {
      flush();
      spans.push(span(marked.inner));
      at = marked.end;
    } else if (fact) {
      flush();
      spans.push({ kind: "fact", name: fact.inner.trim() });
      at = fact.end;
    } else {
      plain += source[at];
      at += 1;
    }
  }
  flush();
  return spans;
}

/** Writes spans so that `parse` gives them back. */
export function print(spans: Span[]): string {
  return spans
    .map((it, n) => {
      if (it.kind === "fact") return `{{${it.name}}}`;
      if (it.kind === "plain") return escape(it.text, n + 1 < spans.length);
      const head = printHead(it.audience, it.mark, it.text);
      return `[[${head}${it.text}]]`;
    })
    .join("");
}

function printHead(audience: Audience, mark: MarkWord | null, text: string): string {
  if (mark) return audience === MARKS[mark].audience ? `${mark}|` : `${audience},${mark}|`;
  return audience === TEAM && !text.includes("|") ? "" : `${audience}|`;
}

function span(inner: string): Span {
  const bar = inner.indexOf("|");
  const head = bar < 0 ? null : readHead(inner.slice(0, bar));
  if (!head) return { kind: "marked", audience: TEAM, mark: null, text: inner };
  return { kind: "marked", ...head, text: inner.slice(bar + 1) };
}

function readHead(head: string): { audience: Audience; mark: MarkWord | null } | null {
  const whole = head.trim();
  if (isMarkWord(whole)) return { audience: MARKS[whole].audience, mark: whole };
  const comma = head.lastIndexOf(",");
  const mark = comma < 0 ? "" : head.slice(comma + 1).trim();
  if (isMarkWord(mark)) {
    const audience = head.slice(0, comma).trim();
    return AUDIENCE.test(audience) ? { audience, mark } : null;
  }
  return AUDIENCE.test(whole) ? { audience: whole, mark: null } : null;
}

function opens(source: string, at: number): boolean {
  return source.startsWith("[[", at) || source.startsWith("{{", at);
}

function enclosed(source: string, at: number, open: string, close: string) {
  if (!source.startsWith(open, at)) return null;
  const end = source.indexOf(close, at + open.length);
  if (end < 0) return null;
  const inner = source.slice(at + open.length, end);
  return inner.trim() ? { inner, end: end + close.length } : null;
}

/** Brackets get a backslash, and backslashes before brackets or the next span are doubled. */
function escape(text: string, beforeSpan: boolean): string {
  return text.replace(/(\\*)(\[\[|\{\{|$)/g, (_, slashes: string, open: string) => {
    if (open) return `${slashes}${slashes}\\${open}`;
    return beforeSpan ? slashes + slashes : slashes;
  });
}
