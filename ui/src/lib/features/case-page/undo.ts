import type { App } from "$lib/app.svelte";
import type { StoryLine } from "$lib/ipc/bindings";

/** Takes a change back, with everything that was done in the same step. */
export async function undoChange(app: App, line: StoryLine): Promise<void> {
  const done = await app.attempt(async () => (await app.desk.undo(line.entry), true));
  if (done) app.say(`Taken back: ${line.text}`);
}

/** The change that Ctrl Z takes back: the newest that can be, and that does not itself take one back. */
export function newestChange(story: StoryLine[]): StoryLine | undefined {
  return story.find((it) => it.can_undo && !it.undoes);
}
