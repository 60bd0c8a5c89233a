// Anything a person can do is one entry; button, palette, key and `?` sheet show the same one.

export type Action = {
  id: string;
  label: string;
  /** `Ctrl K`, `g q`, `j`; a space separates keys pressed one after the other. */
  shortcut?: string;
  when?: () => boolean;
  run: () => void;
};

const HELD = ["Ctrl", "Alt", "Shift"];

/** One key press as it is written in a shortcut: `Ctrl Shift V`, `?`, `g`. */
export function pressed(event: KeyboardEvent): string {
  const key = event.key.length === 1 && (event.ctrlKey || event.metaKey || event.altKey)
    ? event.key.toUpperCase()
    : event.key;
  const held = [];
  if (event.ctrlKey || event.metaKey) held.push("Ctrl");
  if (event.altKey) held.push("Alt");
  // Shift is part of the character itself (`?`) unless another key is held or it is a named key.
  if (event.shiftKey && (held.length > 0 || key.length > 1)) held.push("Shift");
  return [...held, key].join(" ");
}

/** Whether a single key belongs to the field that has the focus. A box that is ticked takes no letters. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable ||
    target.matches("input:not([type=checkbox]), textarea, select"));
}

/** Whether Enter belongs to the button, or what opens by it, that has the focus. */
export function isOnButton(): boolean {
  return document.activeElement?.matches("button, summary") ?? false;
}

/** Follows the keys a person presses and finds the action they mean. */
export class Keys {
  #prefix = "";

  /** The action for this press; null when there is none, or when more keys have to follow. */
  match(press: string, actions: Action[], typing: boolean): Action | null {
    // What can be typed belongs to the field that has the focus; a chord or function key cannot.
    const isChord = HELD.some((it) => press.startsWith(`${it} `)) || /^F\d/.test(press);
    if (typing && !isChord) {
      this.#prefix = "";
      return null;
    }
    const sequence = this.#prefix && !isChord ? `${this.#prefix} ${press}` : press;
    const found = actions.find((it) => it.shortcut === sequence);
    const begins = actions.some((it) => it.shortcut?.startsWith(`${sequence} `));
    this.#prefix = !found && begins && !isChord ? sequence : "";
    return found ?? null;
  }
}

/** Actions whose label has every word typed, the ones that begin with it first. */
export function search<T extends { label: string }>(items: T[], query: string): T[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const rank = (it: T) => (it.label.toLowerCase().startsWith(words[0] ?? "") ? 0 : 1);
  return items
    .filter((it) => words.every((word) => it.label.toLowerCase().includes(word)))
    .sort((a, b) => rank(a) - rank(b));
}
