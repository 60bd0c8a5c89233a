// The story as it is read: the same thing done many times in one go is one line.
import type { StoryLine } from "$lib/ipc/bindings";

/** Lines that stand together, newest first; most groups have one. */
export type StoryGroup = { first: StoryLine; lines: StoryLine[]; words: string };

const REPEATED: Record<string, (n: number) => string> = {
  target_set: (n) => `${n} changes to targets`,
  observable_added: (n) => `${n} values added`,
  observed: (n) => `${n} look-ups`,
  clock_set: (n) => `${n} clocks`,
};
/** A look-up that brought something to light stands by itself. */
const tells = (line: StoryLine) => line.action === "observed" && !line.text.endsWith("kept as evidence");
const TOGETHER_MS = 60_000;
const MANY = 3;

export function grouped(story: StoryLine[]): StoryGroup[] {
  const groups: StoryGroup[] = [];
  for (const line of story) {
    const last = groups.at(-1);
    const joins = last && !tells(line) && !tells(last.first) && line.action in REPEATED && last.first.action === line.action &&
      last.first.actor === line.actor && Date.parse(last.first.at) - Date.parse(line.at) < TOGETHER_MS;
    if (joins) last.lines.push(line);
    else groups.push({ first: line, lines: [line], words: "" });
  }
  return groups.flatMap((it) =>
    it.lines.length < MANY
      ? it.lines.map((line) => ({ first: line, lines: [line], words: line.text }))
      : [{ ...it, words: REPEATED[it.first.action]?.(it.lines.length) ?? it.first.text }],
  );
}
