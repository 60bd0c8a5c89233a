/** The pages of a checked document go to the printer: as pictures, alone on their sheets (app.css), under a name that their reader may see. */
import type { Sheets } from "$lib/ipc/bindings";

/** Opens the print dialog. The sheets are never on the screen, and gone when `done` is called: the dialog may still read them when `open` returns. */
export async function print(sheets: Sheets, open: () => void = () => window.print()): Promise<() => void> {
  document.querySelector(".sheets")?.remove();
  const holder = document.createElement("div");
  holder.className = "sheets";
  for (const [n, sheet] of sheets.pages.entries()) {
    const picture = document.createElement("img");
    picture.alt = `Page ${n + 1} of ${sheets.pages.length}`;
    picture.src = `data:image/png;base64,${sheet}`;
    holder.append(picture);
  }
  document.body.append(holder);
  const done = () => holder.remove();
  window.addEventListener("afterprint", done, { once: true });
  await Promise.all([...holder.querySelectorAll("img")].map((it) => it.decode().catch(() => undefined)));
  const title = document.title;
  try {
    // The spooler shows and keeps this.
    document.title = sheets.name;
    open();
  } finally {
    document.title = title;
  }
  return done;
}
