// Purely visual and personal: the theme and the size of everything. Never part of the story.
import type { Look, Theme, TourPlace } from "$lib/ipc/bindings";
import type { Desk } from "$lib/ipc/desk";

const ZOOM_STEPS = [80, 90, 100, 110, 125, 150, 175, 200];

let look: Look = { theme: "system", zoom: 100, lock_after_min: 10, tour: null };

function show(next: Look): void {
  look = next;
  const root = document.documentElement;
  if (look.theme === "system") delete root.dataset.theme;
  else root.dataset.theme = look.theme;
  root.style.fontSize = `${look.zoom}%`;
}

export function theme(): Theme {
  return look.theme;
}

/** After how many idle minutes the desk locks itself; 0 is never. */
export function lockAfterMin(): number {
  return look.lock_after_min ?? 10;
}

/** How far the tour is; null before it was offered. */
export function tourPlace(): TourPlace | null {
  return look.tour ?? null;
}

/** Shows another look and keeps it; resolves when it is kept. */
export async function changeLook(desk: Desk, change: Partial<Look>): Promise<void> {
  show({ ...look, ...change });
  await desk.lookKeep(look);
}

/** The zoom one step larger (1), smaller (-1), or back to normal (0), in percent. */
export function zoomAfter(step: -1 | 0 | 1): number {
  if (step === 0) return 100;
  return ZOOM_STEPS[ZOOM_STEPS.indexOf(look.zoom) + step] ?? look.zoom;
}

/** Shows what was kept the last time; whatever goes wrong, the window opens with the default. */
export async function restoreLook(desk: Desk): Promise<void> {
  try {
    show(await desk.lookShow());
  } catch {
    show(look);
  }
}
