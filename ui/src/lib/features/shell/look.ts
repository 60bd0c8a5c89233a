// Purely visual and personal: the theme and the size of the text. Never part of the story.

export type Theme = "system" | "light" | "dark";
const ZOOM_STEPS = [0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2];

function remembered(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // A window that may keep nothing still shows what was chosen until it closes.
  }
}

export function theme(): Theme {
  return (document.documentElement.dataset.theme as Theme | undefined) ?? "system";
}

export function setTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  remember("theme", theme);
}

function zoom(): number {
  return Number(document.documentElement.dataset.zoom ?? 1);
}

function setZoom(factor: number): void {
  document.documentElement.dataset.zoom = String(factor);
  document.documentElement.style.fontSize = `${factor * 100}%`;
  remember("zoom", String(factor));
}

/** One step larger (1), smaller (-1), or back to normal (0). */
export function changeZoom(step: -1 | 0 | 1): void {
  const at = ZOOM_STEPS.indexOf(zoom());
  setZoom(step === 0 ? 1 : (ZOOM_STEPS[at + step] ?? zoom()));
}

export function restoreLook(): void {
  const theme = remembered("theme");
  if (theme === "light" || theme === "dark") setTheme(theme);
  const factor = Number(remembered("zoom"));
  if (ZOOM_STEPS.includes(factor)) setZoom(factor);
}
