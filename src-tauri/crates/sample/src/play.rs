//! Plays scripts on a desk, in the order in which things happened.

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicI64, Ordering},
};

use farol_app::{
    Desk, Failure,
    lookups::Watch,
    view::{CaseOpen, DecisionDraft, DocumentView, MitigationDraft, ObservableView, SentSaid},
};
use farol_model::{
    case::{CaseFacts, Outcome},
    decision::{Granularity, MitigationState},
    document::{Audience, Block, Envelope, Text, TimelineRow},
    export::Format,
    id::{CaseId, DecisionId, DocumentId, MitigationId, ReportId},
    observable::Observable,
    report::{Consent, ReportChannel},
    time::Timestamp,
};
use jiff::{SignedDuration, Span, SpanRelativeTo, Unit, tz::TimeZone};
use regex::Regex;

use crate::{
    report_file,
    script::{CaseScript, Doing, OutcomeWord, ReportSource, Script, Step},
    wrong,
};

/// A desk whose clock this player moves.
pub(crate) struct Player<'a> {
    pub(crate) desk: &'a Desk,
    pub(crate) clock: &'a AtomicI64,
    pub(crate) dir: &'a Path,
}

/// One moment of one script.
enum Moment<'a> {
    Received(&'a Script),
    Opened(&'a CaseScript),
    Did(&'a Doing),
}

/// What came of a script so far.
#[derive(Default)]
struct Played {
    report: Option<ReportId>,
    case: Option<CaseId>,
    decision: Option<DecisionId>,
}

impl Script {
    pub(crate) fn received_at(&self, until: Timestamp) -> Option<Timestamp> {
        let latest = until.plus_s(-seconds(&self.received)?);
        let Some(at) = self.at else { return Some(latest) };
        let day = TimeZone::UTC.to_datetime(latest.instant()).date();
        let then = TimeZone::UTC.to_timestamp(day.to_datetime(at)).ok()?;
        let then =
            if then > latest.instant() { then - SignedDuration::from_hours(24) } else { then };
        Some(then.into())
    }
}

impl Player<'_> {
    /// Plays all scripts merged by time; nothing is left in the future.
    pub(crate) fn play(&self, scripts: &[Script], until: Timestamp) -> Result<(), Failure> {
        let mut moments = Vec::new();
        for (n, script) in scripts.iter().enumerate() {
            for (at, moment) in moments_of(script, until)? {
                moments.push((at, n, moment));
            }
        }
        moments.sort_by_key(|(at, n, _)| (*at, *n));
        let mut played: Vec<Played> = scripts.iter().map(|_| Played::default()).collect();
        for (at, n, moment) in moments {
            self.clock.store(at.ms(), Ordering::Relaxed);
            self.happen(&moment, at, &mut played[n])?;
        }
        Ok(())
    }

    fn happen(
        &self,
        moment: &Moment<'_>,
        at: Timestamp,
        so_far: &mut Played,
    ) -> Result<(), Failure> {
        match moment {
            Moment::Received(script) => {
                so_far.report = Some(self.receive(&script.report, script.consent, at)?);
            }
            Moment::Opened(opened) => so_far.case = Some(self.open(opened, so_far.report, at)?),
            Moment::Did(doing) => {
                let case = so_far.case.ok_or_else(|| wrong("a step", &"no case was opened"))?;
                self.do_it(doing, case, at, so_far)?;
            }
        }
        Ok(())
    }

    fn receive(
        &self,
        source: &ReportSource,
        consent: Consent,
        at: Timestamp,
    ) -> Result<ReportId, Failure> {
        let report = match source {
            ReportSource::File { file } => {
                let sent = at.plus_s(-40).instant().strftime("%a, %d %b %Y %H:%M:%S +0000");
                let bytes = replace(report_file(file)?, b"{{date}}", sent.to_string().as_bytes());
                self.desk.import_bytes(&bytes)?.report
            }
            ReportSource::Words { words, channel } => self.import_words(words, *channel)?,
        };
        if consent != Consent::NotAsked {
            self.desk.set_consent(report, consent)?;
        }
        Ok(report)
    }

    fn import_words(&self, words: &str, channel: ReportChannel) -> Result<ReportId, Failure> {
        Ok(self.desk.import_text(words, channel)?.report)
    }

    fn open(
        &self,
        opened: &CaseScript,
        report: Option<ReportId>,
        at: Timestamp,
    ) -> Result<CaseId, Failure> {
        let mut targets: Vec<Observable> = Vec::new();
        if let Some(report) = report {
            let found = self.desk.report(report)?.report.parsed.observables;
            targets
                .extend(found.into_iter().filter(|it| it.suggested_target).map(|it| it.observable));
        }
        targets.retain(|it| !opened.not_targets.iter().any(|part| it.value.contains(part)));
        for text in &opened.targets {
            let observable = self.desk.read_observable(text)?;
            if !targets.contains(&observable) {
                targets.push(observable);
            }
        }
        let case = self.desk.open_case(CaseOpen {
            title: opened.title.clone(),
            category: opened.category,
            severity: opened.severity,
            severity_reason: opened.severity_reason.clone(),
            report,
            targets,
        })?;
        let before = self.desk.case(case)?.case.facts;
        let after = CaseFacts {
            asked_by: opened.asked_by.clone(),
            jurisdiction: opened.jurisdiction.clone(),
            sensitivity: opened.sensitivity.unwrap_or(before.sensitivity),
            legal_bases: opened.legal_bases.clone(),
            tickets: opened.tickets.clone(),
            tags: opened.tags.clone(),
            people: opened.people.clone(),
            accounts: opened.accounts.iter().map(|it| it.clone().dated(at)).collect(),
            ..before.clone()
        };
        if after != before {
            self.desk.change_case(case, after)?;
        }
        Ok(case)
    }

    fn do_it(
        &self,
        doing: &Doing,
        case: CaseId,
        at: Timestamp,
        so_far: &mut Played,
    ) -> Result<(), Failure> {
        match doing {
            Doing::Report { report, consent } => {
                let consent = consent.unwrap_or(Consent::NotAsked);
                let report = self.receive(report, consent, at)?;
                self.desk.attach_report(case, report)
            }
            Doing::Note { text } => self.desk.add_note(case, text).map(|_| ()),
            Doing::LookUp { hosts, next_round } => self.look_up(case, hosts, *next_round),
            Doing::Outcome { of, outcome, note } => {
                self.settle(case, of, *outcome, note.as_deref())
            }
            Doing::Decide {
                what,
                reason,
                policy,
                alternatives,
                granularity,
                target,
                blast_radius,
            } => {
                let draft = DecisionDraft {
                    what: what.clone(),
                    reason: reason.clone(),
                    policy: policy.clone(),
                    alternatives: alternatives.clone(),
                    target: self.target(case, target.as_deref())?,
                    granularity: *granularity,
                    blast_radius: blast_radius.clone(),
                };
                so_far.decision = Some(self.desk.decide(case, draft)?);
                Ok(())
            }
            Doing::Mitigate { what, granularity, target, states } => {
                let target = self.target(case, target.as_deref())?;
                self.mitigate(case, so_far.decision, what, *granularity, target, states)
            }
            Doing::Advance { mitigation, state } => {
                let id = self.mitigation(case, mitigation)?;
                self.desk.advance_mitigation(case, id, *state)
            }
            Doing::Set { status, severity, waiting_on } => {
                let mut facts = self.desk.case(case)?.case.facts;
                facts.status = status.unwrap_or(facts.status);
                facts.severity = severity.unwrap_or(facts.severity);
                facts.waiting_on = waiting_on.clone().or(facts.waiting_on);
                self.desk.change_case(case, facts)
            }
            Doing::StopClock { clock, reason } => {
                let clocks = self.desk.case(case)?.clocks;
                let running = clocks
                    .iter()
                    .find(|it| it.clock.stopped.is_none() && it.clock.rule.name == *clock)
                    .ok_or_else(|| wrong(clock, &"no such clock runs"))?;
                self.desk.stop_clock(case, running.clock.id, reason)
            }
            Doing::Document { template, to, fill, add, moments, export, sent } => {
                let with = |(key, words): &(String, String)| Ok((key.clone(), dated(words, at)?));
                let fill = fill.iter().map(with).collect::<Result<Vec<_>, Failure>>()?;
                let with = |(who, words): &(Audience, String)| Ok((who.clone(), dated(words, at)?));
                let add = add.iter().map(with).collect::<Result<Vec<_>, Failure>>()?;
                let moments = moments
                    .iter()
                    .map(|(audience, when, kind, words)| {
                        let when = format!("{}:00Z", dated(when, at)?.replace(' ', "T"));
                        Ok(TimelineRow {
                            at: when.parse().map_err(|error| wrong(&when, &error))?,
                            text: Text::plain(words.as_str()),
                            audience: audience.clone(),
                            source: None,
                            kind: Some(*kind),
                        })
                    })
                    .collect::<Result<Vec<_>, Failure>>()?;
                let id = self.write(case, template, to.as_deref(), &fill)?;
                for (audience, text) in add {
                    self.desk.add_paragraph(id, audience, &text)?;
                }
                for row in moments {
                    self.desk.put_moment(id, row)?;
                }
                self.let_out(id, export, sent.as_deref())
            }
        }
    }

    fn look_up(&self, case: CaseId, hosts: &[String], next_round: bool) -> Result<(), Failure> {
        if next_round {
            self.desk.next_practice_round();
        }
        let hosts = if hosts.is_empty() {
            self.targets(case)?.into_iter().filter_map(|it| it.host).collect()
        } else {
            hosts.to_vec()
        };
        let watch = Watch { progress: &|_, _| {}, cancelled: &|| false };
        self.desk.look_up(Some(case), &hosts, None, &watch).map(|_| ())
    }

    fn targets(&self, case: CaseId) -> Result<Vec<ObservableView>, Failure> {
        let all = self.desk.case(case)?.observables;
        Ok(all.into_iter().filter(|it| it.target.is_some()).collect())
    }

    fn target(&self, case: CaseId, part: Option<&str>) -> Result<Option<Observable>, Failure> {
        let Some(part) = part else { return Ok(None) };
        let found = self.targets(case)?.into_iter().find(|it| it.observable.value.contains(part));
        found.map(|it| Some(it.observable)).ok_or_else(|| wrong(part, &"no target contains it"))
    }

    fn settle(
        &self,
        case: CaseId,
        of: &[String],
        outcome: OutcomeWord,
        note: Option<&str>,
    ) -> Result<(), Failure> {
        let note = note.unwrap_or_default().to_owned();
        let outcome = match outcome {
            OutcomeWord::Pending => Outcome::Pending,
            OutcomeWord::Mitigated => Outcome::Mitigated,
            OutcomeWord::NotOurs => Outcome::NotOurs,
            OutcomeWord::AlreadyGone => Outcome::AlreadyGone,
            OutcomeWord::Forwarded => Outcome::Forwarded(note),
            OutcomeWord::Declined => Outcome::Declined(note),
        };
        let targets = self.targets(case)?;
        let meant = |it: &&ObservableView| {
            of.is_empty() || of.iter().any(|part| it.observable.value.contains(part.as_str()))
        };
        let mut n = 0;
        for it in targets.iter().filter(meant) {
            self.desk.set_target(case, it.observable.clone(), Some(outcome.clone()))?;
            n += 1;
        }
        if n == 0 { Err(wrong(&of.join(", "), &"no target contains it")) } else { Ok(()) }
    }

    fn mitigate(
        &self,
        case: CaseId,
        decision: Option<DecisionId>,
        what: &str,
        granularity: Granularity,
        target: Option<Observable>,
        states: &[MitigationState],
    ) -> Result<(), Failure> {
        let draft = MitigationDraft { what: what.to_owned(), decision, target, granularity };
        let id = self.desk.propose_mitigation(case, draft)?;
        for state in states.iter().filter(|it| **it != MitigationState::Proposed) {
            self.desk.advance_mitigation(case, id, *state)?;
        }
        Ok(())
    }

    fn mitigation(&self, case: CaseId, what: &str) -> Result<MitigationId, Failure> {
        let all = self.desk.case(case)?.mitigations;
        let found = all.iter().find(|it| it.what == what);
        found.map(|it| it.id).ok_or_else(|| wrong(what, &"no mitigation says this"))
    }

    fn write(
        &self,
        case: CaseId,
        template: &str,
        to: Option<&str>,
        fill: &[(String, String)],
    ) -> Result<DocumentId, Failure> {
        let id = self.desk.create_document(case, template)?;
        let DocumentView { document, .. } = self.desk.document(id)?;
        let (mut envelope, blocks) = filled(document.envelope, document.blocks, fill)?;
        if let (Some(envelope), Some(to)) = (&mut envelope, to) {
            to.clone_into(&mut envelope.to);
        }
        self.desk.save_document(id, &blocks, envelope)?;
        Ok(id)
    }

    fn let_out(
        &self,
        id: DocumentId,
        export: &[(Audience, Format)],
        sent: Option<&str>,
    ) -> Result<(), Failure> {
        let folder = self.dir.join("exports");
        for (audience, format) in export {
            fs::create_dir_all(&folder).map_err(|error| wrong("exports", &error))?;
            let name = self.desk.export_name(id, audience, *format)?;
            self.desk.export_document(id, audience, *format, &folder.join(name))?;
        }
        sent.map_or(Ok(()), |channel| self.desk.confirm_sent(id, &said(channel)))
    }
}

/// Subject and blocks with placeholders replaced: each fill takes the first bracket left that begins so.
fn filled(
    envelope: Option<Envelope>,
    blocks: Vec<Block>,
    fill: &[(String, String)],
) -> Result<(Option<Envelope>, Vec<Block>), Failure> {
    let whole = (envelope, blocks);
    let mut text = serde_json::to_string(&whole).map_err(|error| wrong("a document", &error))?;
    for (begins, words) in fill {
        let placeholder = Regex::new(&format!(r"\[{}[^\]\[]*\]", regex::escape(begins)))
            .map_err(|error| wrong(begins, &error))?;
        let found = placeholder.find(&text).ok_or_else(|| wrong(begins, &"no such placeholder"))?;
        let words = serde_json::to_string(words).map_err(|error| wrong(begins, &error))?;
        text.replace_range(found.range(), words.trim_matches('"'));
    }
    serde_json::from_str(&text).map_err(|error| wrong("a document", &error))
}

/// Words with days and times for `{day +14d}`, `{at -2d 4h}` and `{hour +4h}` (the full hour after that),
/// counted from the moment of the step: the sample desk is laid out on any day.
fn dated(words: &str, at: Timestamp) -> Result<String, Failure> {
    let mut out = String::new();
    let mut rest = words;
    while let Some(open) = rest.find('{') {
        let inside = &rest[open + 1..];
        let known = inside.split_once('}').and_then(|(inside, after)| {
            let (kind, span) = inside.split_once(' ')?;
            let (sign, span) = span.split_at_checked(1)?;
            let seconds = seconds(span)? * if sign == "-" { -1 } else { 1 };
            let minute = |it: Timestamp| it.to_minute().trim_end_matches(" UTC").to_owned();
            let then = at.plus_s(seconds);
            let said = match kind {
                "day" => minute(then).get(..10)?.to_owned(),
                "at" => minute(then),
                "hour" => minute(Timestamp::from_ms((then.ms() / 3_600_000 + 1) * 3_600_000)),
                _ => return None,
            };
            Some((said, after))
        });
        let Some((said, after)) = known else { return Err(wrong(words, &"not a day or time")) };
        out.push_str(&rest[..open]);
        out.push_str(&said);
        rest = after;
    }
    Ok(out + rest)
}

fn moments_of(script: &Script, until: Timestamp) -> Result<Vec<(Timestamp, Moment<'_>)>, Failure> {
    let bad = |text: &str| wrong(text, &"not a length of time");
    let mut at = script.received_at(until).ok_or_else(|| bad(&script.received))?;
    let mut moments = vec![(at, Moment::Received(script))];
    let pass = |at: &mut Timestamp, after: &str| {
        *at = at.plus_s(seconds(after).ok_or_else(|| bad(after))?);
        if *at > until { Err(wrong(after, &"that lies in the future")) } else { Ok(*at) }
    };
    if let Some(case) = &script.case {
        moments.push((pass(&mut at, &case.after)?, Moment::Opened(case)));
    }
    for Step { after, what } in &script.steps {
        moments.push((pass(&mut at, after)?, Moment::Did(what)));
    }
    Ok(moments)
}

/// The seconds of a length like `61d 4h 12m`; a day is 24 hours.
fn seconds(text: &str) -> Option<i64> {
    let span: Span = text.parse().ok()?;
    let total = span.total((Unit::Second, SpanRelativeTo::days_are_24_hours())).ok()?;
    Some(total as i64)
}

fn replace(bytes: &[u8], what: &[u8], with: &[u8]) -> Vec<u8> {
    let mut replaced = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.windows(what.len()).position(|it| it == what) {
        replaced.extend_from_slice(&rest[..at]);
        replaced.extend_from_slice(with);
        rest = &rest[at + what.len()..];
    }
    replaced.extend_from_slice(rest);
    replaced
}

fn said(channel: &str) -> SentSaid {
    SentSaid { channel: channel.to_owned(), ..SentSaid::default() }
}
