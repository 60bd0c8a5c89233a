// A template under somebody's hands: its form, what is wrong with it, and the pages a case would get.
import type { CaseId, Failure, TemplateFinding, TemplateView } from "$lib/ipc/bindings";
import { asFailure, type Desk } from "$lib/ipc/desk";
import { emptyBlock, read, write, type Block, type Form } from "./source";

type Asks = Pick<Desk, "templateLint" | "templatePreview" | "templateSave">;

export class Editing {
  form = $state<Form>(null as unknown as Form);
  findings = $state.raw<TemplateFinding[]>([]);
  pages = $state.raw<string[]>([]);
  /** Why the pages cannot be shown. */
  failure = $state.raw<Failure | null>(null);
  #desk: Asks;
  #saved = $state("");
  #latest = 0;

  constructor(desk: Asks, view: TemplateView) {
    this.#desk = desk;
    this.take(view);
  }

  get source(): string {
    return write(this.form);
  }

  get dirty(): boolean {
    return this.source !== this.#saved;
  }

  get stops(): TemplateFinding | undefined {
    return this.findings.find((it) => it.stops);
  }

  /** Shows a version, as saved. */
  take(view: TemplateView): void {
    this.form = read(view.source);
    this.#saved = write(this.form);
    this.findings = view.findings;
  }

  /** Shows an earlier version without saving it. */
  show(source: string): void {
    this.form = read(source);
  }

  add(after: number): void {
    this.form.blocks.splice(after + 1, 0, emptyBlock(this.form.audience));
  }

  remove(n: number): Block | undefined {
    return this.form.blocks.splice(n, 1)[0];
  }

  move(n: number, by: -1 | 1): void {
    const [block] = this.form.blocks.splice(n, 1);
    if (block) this.form.blocks.splice(Math.max(0, n + by), 0, block);
  }

  /** Reads what is written now again, and what this case would get from it, painted so many pixels wide. */
  async look(caseId: CaseId | null, calm: boolean, widthPx: number): Promise<void> {
    const mine = ++this.#latest;
    const { source } = this;
    const findings = await this.#desk.templateLint(source);
    if (mine !== this.#latest) return;
    this.findings = findings;
    if (!caseId || this.stops) {
      [this.pages, this.failure] = [[], null];
      return;
    }
    let looked: [string[], Failure | null];
    try {
      looked = [await this.#desk.templatePreview(source, calm, caseId, widthPx), null];
    } catch (thrown) {
      looked = [[], asFailure(thrown)];
    }
    if (mine === this.#latest) [this.pages, this.failure] = looked;
  }

  async save(): Promise<void> {
    this.take(await this.#desk.templateSave(this.source));
  }
}
