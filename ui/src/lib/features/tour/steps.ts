// The tour over the sample desk: each step does a piece of the main job, with the desk's own actions.
import type { App } from "$lib/app.svelte";
import type { TourPlace } from "$lib/ipc/bindings";
import { firstOf } from "$lib/paged.svelte";

export type TourStep = {
  title: string;
  words: string;
  button: string;
  /** Does it; what it made is remembered for the steps after it. */
  run(app: App, place: TourPlace): Promise<Partial<TourPlace> | void>;
};

/** What a step before this one should have made is not there. */
function missing(what: string): never {
  throw {
    code: "not_found",
    message: `The tour has no ${what} to go on with.`,
    hint: "Begin the tour again from its first step.",
  };
}

async function targetsOf(app: App, id: string) {
  return (await app.desk.caseShow(id)).observables.filter((it) => it.target);
}

export const STEPS: TourStep[] = [
  {
    title: "What waits comes first",
    words: "Reports nobody has opened stand on top, then cases by the clock that ends first. One of these mails is minutes old. Read it: the original is kept byte for byte.",
    button: "Read the newest report",
    async run(app) {
      const rows = (await app.desk.queueShow(firstOf(100, "due"))).rows.flatMap((it) => (it.kind === "report" ? [it] : []));
      const report = rows.toSorted((a, b) => b.received_at.localeCompare(a.received_at))[0]?.id;
      if (!report) missing("new report");
      app.go({ view: "queue", select: report });
      return { report };
    },
  },
  {
    title: "Ask what the reporter allows",
    words: "Before anything leaves, Farol wants to know: may the reporter be named to the site's operator? Here the content may be passed on, the person not.",
    button: "Keep the reporter anonymous",
    async run(app, { report }) {
      await app.desk.consentSet(report ?? missing("report"), "anonymous");
    },
  },
  {
    title: "Open the case",
    words: "The values we are asked to act on were found in the mail, defanged spellings folded into one. Opening a case names them as targets and starts its clocks.",
    button: "Open a case",
    async run(app, { report }) {
      const view = await app.desk.reportShow(report ?? missing("report"));
      const { subject, observables } = view.report.parsed;
      const id = await app.desk.caseOpen({
        title: subject,
        category: view.suggested_category,
        severity: "high",
        severity_reason: "Passwords are being taken now",
        report: view.report.id,
        targets: observables.filter((it) => it.suggested_target).map((it) => it.observable),
      });
      app.go({ view: "case", id });
      return { case: id };
    },
  },
  {
    title: "Who provides what",
    words: "Nothing leaves until you ask. On this desk the practice internet answers, on this computer. Every answer is kept as evidence, and each verdict says why.",
    button: "Look the hosts up",
    async run(app, { case: made }) {
      const id = made ?? missing("case");
      const targets = await targetsOf(app, id);
      const hosts = [...new Set(targets.flatMap((it) => (it.host ? [it.host] : [])))];
      const done = await app.desk.lookupStart(id, hosts, null, { selectors: [], authorities: false, trace: false });
      app.say(`${done.observations.length} answers are kept as evidence.`);
      app.go({ view: "case", id });
    },
  },
  {
    title: "Decide, and do the narrowest thing",
    words: "A decision carries its reason and who else is hit; whoever reads it in a year needs both. A measure that hits more than one host waits for a second person.",
    button: "Record a decision and a measure",
    async run(app, { case: made }) {
      const id = made ?? missing("case");
      const targets = await targetsOf(app, id);
      const target = targets[0]?.observable ?? null;
      const granularity = target?.kind === "url" ? "url" : "host";
      const decision = await app.desk.decisionMake(id, {
        what: "Show a warning page on the reported address",
        reason: "It copies a bank's login form; the bank's fraud desk confirms it.",
        policy: "AUP 4.2, phishing",
        alternatives: "Ask the operator first: too slow while passwords are taken",
        target,
        granularity,
        blast_radius: "This address only",
      });
      const mitigation = await app.desk.mitigationPropose(id, {
        what: "Phishing warning page",
        decision,
        target,
        granularity,
      });
      await app.desk.mitigationAdvance(id, mitigation, "active");
      app.go({ view: "case", id });
    },
  },
  {
    title: "Settle every target",
    words: "Each target gets an outcome, so that the answer can say for every address what became of it. The line on top of a case always names the next step; the key n does it.",
    button: "Settle them",
    async run(app, { case: made }) {
      const id = made ?? missing("case");
      const targets = await targetsOf(app, id);
      for (const [n, it] of targets.entries()) {
        await app.desk.targetSet(id, it.observable, { kind: n === 0 ? "mitigated" : "not_ours" });
      }
    },
  },
  {
    title: "Answer the reporter",
    words: "A template takes the facts from the case. Every block says who may read it, and the page on the right is exactly what this reader gets.",
    button: "Begin the answer",
    async run(app, { case: id }) {
      const document = await app.desk.documentCreate(id ?? missing("case"), "action-taken-reporter");
      app.go({ view: "document", id: document });
      return { document };
    },
  },
  {
    title: "What leaves is checked",
    words: "Before a file is written, everything withheld from this reader is searched for in its bytes, its text and its metadata. A hit stops it. You say yourself when it was sent.",
    button: "Save the answer as PDF",
    async run(app, { document }) {
      const done = await app.desk.documentExport(document ?? missing("answer"), "reporter", "pdf");
      if (done) app.say(`Written: ${done.file_name}`);
    },
  },
  {
    title: "Our mistake, explained",
    words: "Last night we blocked three customers. The analysis has blocks for the team and blocks for one customer: choose a reader on the right and see what disappears.",
    button: "Open the root-cause analysis",
    async run(app) {
      const all = (await app.desk.documentList()).filter((it) => it.kind === "rca");
      const id = all.toSorted((a, b) => b.created_at.localeCompare(a.created_at))[0]?.id;
      app.go({ view: "document", id: id ?? missing("root-cause analysis") });
    },
  },
  {
    title: "A record nobody can quietly change",
    words: "Everything you did is one signed, chained entry each. The check reads all of them and names the first that was changed.",
    button: "Check the journal",
    async run(app) {
      const check = await app.desk.journalVerify();
      app.go({ view: "settings" });
      app.say(check.problem ?? `${check.n_entries} entries, all as they were written.`);
    },
  },
];
