//! A fictional case for the tests: a phishing page on a customer's platform.

use farol_model::{
    case::{
        Account, Case, CaseFacts, CaseRef, Category, Outcome, Person, PersonRole, Sensitivity,
        Severity, Status, Target,
    },
    clock::{Clock, default_rules, rules_for},
    decision::{Decision, Granularity, Mitigation, MitigationState, MitigationStep},
    document::Language,
    id::{CaseId, ClockId, DecisionId, Digest, EntryId, MemberId, MitigationId, ReportId, Size},
    member::Member,
    observable::{Found, Observable, ObservableKind},
    report::{Consent, Correspondent, Parsed, Report, ReportChannel},
    time::Timestamp,
};
use uuid::Uuid;

use crate::{Material, StoryRow, Templates};

pub(crate) struct Sample {
    pub(crate) case: Case,
    pub(crate) reports: Vec<Report>,
    pub(crate) targets: Vec<Target>,
    pub(crate) decisions: Vec<Decision>,
    pub(crate) mitigations: Vec<Mitigation>,
    pub(crate) clocks: Vec<Clock>,
    pub(crate) story: Vec<StoryRow>,
    pub(crate) members: Vec<Member>,
    pub(crate) templates: Templates,
}

pub(crate) fn at(minutes: i64) -> Timestamp {
    let start: Timestamp = "2026-11-23T14:00:00Z".parse().expect("a time");
    start.plus_s(minutes * 60)
}

pub(crate) fn url(value: &str) -> Observable {
    Observable { kind: ObservableKind::Url, value: value.into() }
}

impl Sample {
    pub(crate) fn material(&self) -> Material<'_> {
        Material {
            language: Language::English,
            case: &self.case,
            reports: &self.reports,
            targets: &self.targets,
            verdicts: &[],
            decisions: &self.decisions,
            mitigations: &self.mitigations,
            evidence: &[],
            clocks: &self.clocks,
            story: &self.story,
            members: &self.members,
            templates: &self.templates,
            previous: None,
        }
    }

    pub(crate) fn new() -> Self {
        let member = MemberId(Uuid::from_u128(7));
        let page = url("https://login.pages.example/bank");
        let gone = url("https://old.pages.example/");
        let elsewhere = url("http://198.51.100.7/kit");
        let found = |observable: &Observable| Found {
            observable: observable.clone(),
            written_as: observable.defanged(),
            found_in: "body".into(),
            n_times: 1,
            suggested_target: true,
        };
        let report = Report {
            id: ReportId(Uuid::from_u128(1)),
            received_at: at(-5),
            channel: ReportChannel::Mail,
            original: Digest([0; 32]),
            size: Size(900),
            parsed: Parsed {
                sender: Correspondent::default(),
                reporter: Correspondent {
                    name: Some("Rita Reporter".into()),
                    address: Some("rita@reports.example".into()),
                },
                reporter_reference: Some("RR-17".into()),
                subject: "Phishing page for a bank".into(),
                message_id: Some("17@reports.example".into()),
                text: "Please look at this page.".into(),
                observables: vec![found(&page), found(&gone), found(&elsewhere)],
                ..Parsed::default()
            },
            consent: Consent::NotAsked,
        };
        let account = |id: &str, name: &str| Account::new(id, name, "typed", at(0));
        let rules = default_rules();
        let rule = rules_for(&rules, Category::Phishing, Severity::High)[0].clone();
        let entry = |n| EntryId(Uuid::from_u128(n));
        Self {
            case: Case {
                id: CaseId(Uuid::from_u128(2)),
                reference: CaseRef { year: 2026, number: 42 },
                opened_at: at(0),
                opened_by: member,
                theirs: None,
                facts: CaseFacts {
                    title: "Bank phishing on Pages, whole zone blocked for nine minutes".into(),
                    category: Category::Phishing,
                    severity: Severity::High,
                    severity_reason: "A customer was down because of us.".into(),
                    status: Status::Resolved,
                    waiting_on: None,
                    legal_bases: vec![],
                    assignee: Some(member),
                    asked_by: None,
                    jurisdiction: None,
                    sensitivity: Sensitivity::Normal,
                    tickets: vec![],
                    tags: vec![],
                    people: vec![Person {
                        role: PersonRole::Customer,
                        name: "Olga Operator".into(),
                        address: None,
                    }],
                    accounts: vec![
                        account("pages", "Pages Hosting Example"),
                        account("b", "Borealis"),
                    ],
                },
            },
            reports: vec![report],
            targets: vec![
                Target { observable: page, outcome: Outcome::Mitigated },
                Target { observable: gone, outcome: Outcome::AlreadyGone },
                Target {
                    observable: elsewhere,
                    outcome: Outcome::Forwarded("Pages Hosting Example".into()),
                },
            ],
            decisions: vec![Decision {
                id: DecisionId(Uuid::from_u128(3)),
                decided_at: at(10),
                decided_by: member,
                what: "Block the page".into(),
                reason: "The page imitates a bank and asks for passwords.".into(),
                policy: None,
                alternatives: None,
                target: None,
                granularity: Granularity::Url,
                blast_radius: "unknown".into(),
                needs_second: false,
                approved_by: None,
            }],
            mitigations: vec![Mitigation {
                id: MitigationId(Uuid::from_u128(4)),
                decision: None,
                what: "phishing interstitial".into(),
                target: None,
                granularity: Granularity::Zone,
                needs_second: true,
                steps: [(MitigationState::Active, 12), (MitigationState::Lifted, 21)]
                    .map(|(state, minutes)| MitigationStep { state, at: at(minutes), by: member })
                    .into(),
            }],
            clocks: vec![Clock {
                id: ClockId(Uuid::from_u128(5)),
                rule,
                started_at: at(0),
                pauses: vec![],
                stopped: None,
            }],
            story: [
                (0, "Dana Reyes opened the case."),
                (12, "Dana Reyes put the interstitial on the whole zone."),
                (40, "Dana Reyes set the status to resolved."),
            ]
            .iter()
            .zip(100..)
            .map(|((minutes, text), n)| StoryRow {
                entry: entry(n),
                at: at(*minutes),
                text: (*text).into(),
                routine: false,
                resolves: text.contains("resolved"),
            })
            .collect(),
            members: vec![Member {
                id: member,
                name: "Dana Reyes".into(),
                public_key: String::new(),
            }],
            templates: Templates::shipped(),
        }
    }
}
