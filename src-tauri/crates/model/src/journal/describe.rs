//! What happened, in the words that a story shows.

/// In Portuguese.
mod portuguese;

use super::Action;
use crate::{
    bundle::LeftBundle,
    case::{CaseFacts, Target},
    clock::Clock,
    document::{DisposedDrafts, Language, Standing},
    evidence::Handling,
    report::Consent,
    signed::{Says, SignedFile},
    slot::SlotChange,
    team::Team,
};

impl Action {
    /// The line that a document in this language tells.
    pub fn describe_in(&self, language: Language) -> String {
        match language {
            Language::English => self.describe(),
            Language::Portuguese => portuguese::describe(self),
        }
    }

    /// The line that the case's story shows; plain words, values defanged.
    pub fn describe(&self) -> String {
        match self {
            Self::VaultCreated { practice: false } => "Vault created".into(),
            Self::VaultCreated { practice: true } => "Practice vault created".into(),
            Self::SlotChanged { slot, change: SlotChange::Made } => {
                format!("{} made", slot.label())
            }
            Self::HoldSet { after: Some(hold), .. } => format!("Legal hold: {}", hold.reason),
            Self::HoldSet { after: None, .. } => "Legal hold released".into(),
            Self::CaseErased { tombstone, .. } => {
                format!("{} erased: {}", tombstone.reference, tombstone.reason)
            }
            Self::RetentionSet { .. } => "Rules for keeping and erasing changed".into(),
            Self::TeamSet { before, after } => describe_team(before, after),
            Self::TemplateSet { template, after: Some(after), .. } => {
                format!("Template {template} changed: version {}", after.version)
            }
            Self::TemplateSet { template, .. } => format!("Template {template} as it ships again"),
            Self::DatabaseKeyChanged => "Database key and recovery key changed".into(),
            Self::EntriesBroughtBack { n_entries } => {
                format!("{n_entries} entries that the database had lost brought back")
            }
            Self::SlotChanged { slot, change: SlotChange::Removed } => {
                format!("{} taken away", slot.label())
            }
            Self::MemberAdded { member, card: None } => format!("{} joined the desk", member.name),
            Self::MemberAdded { member, .. } => format!("The card of {} was taken in", member.name),
            Self::FileSigned { kept, .. } => describe_signed(&kept.file),
            Self::FileTaken { kept, signer, .. } => describe_taken(&kept.file, &signer.name),
            Self::ReportReceived { report } => {
                format!("Report received: {}", report.parsed.subject)
            }
            Self::ConsentSet { after, .. } => match after {
                Consent::NotAsked => "Consent of the reporter: not asked".into(),
                Consent::Named => "The reporter may be named".into(),
                Consent::Anonymous => "The reporter stays anonymous".into(),
                Consent::DoNotForward => "The reporter's text must not be forwarded".into(),
            },
            Self::CaseOpened { case } => format!("Case opened: {}", case.facts.title),
            Self::ReportAttached { .. } => "Report put on the case".into(),
            Self::ReportDetached { .. } => "Report taken off the case".into(),
            Self::CaseChanged { before, after, .. } => describe_change(before, after),
            Self::ObservableAdded { observable, .. } => format!("Added {}", observable.defanged()),
            Self::TargetSet { before, after, .. } => {
                describe_target(before.as_ref(), after.as_ref())
            }
            Self::ClockSet { before, after, .. } => describe_clock(before.as_deref(), after),
            Self::NoteAdded { note, .. } => note.text.clone(),
            Self::NoteWithdrawn { .. } => "Note taken back".into(),
            Self::Undid { entries, .. } => match entries.len() {
                1 => "Undone: one change".into(),
                n => format!("Undone: {n} changes made together"),
            },
            Self::Observed { observations, .. } => {
                format!("Looked up: {} answers kept as evidence", observations.len())
            }
            Self::SightingSet { after: Some(sighting), .. } => sighting.describe(),
            Self::SightingSet { after: None, .. } => "A sighting was taken back".into(),
            Self::EvidenceReceived { evidence, .. } => format!("Evidence added: {}", evidence.name),
            Self::EvidenceHandled { handling: Handling::Opened, .. } => "Evidence looked at".into(),
            Self::EvidenceHandled { handling, .. } => {
                format!("Evidence: {}", handling.describe())
            }
            Self::EvidenceDestroyed { reason, .. } => format!("Evidence destroyed: {reason}"),
            Self::DecisionSet { before: None, after, .. } => format!("Decided: {}", after.what),
            Self::DecisionSet { after, .. } => format!("Decision approved: {}", after.what),
            Self::MitigationSet { after, .. } => {
                format!("Mitigation {}: {}", after.state().word(), after.what)
            }
            Self::DocumentCreated { document } => {
                format!("{} begun: {}", document.kind.label(), document.title)
            }
            Self::BlocksSaved { changes, .. } => match changes.len() {
                1 => "Document saved: 1 block changed".into(),
                n => format!("Document saved: {n} blocks changed"),
            },
            Self::EnvelopeSet { after, .. } => format!("Response addressed: {}", after.subject),
            Self::StandingSet { before, after, .. } => describe_standing(before, after),
            Self::DraftsDisposed { left, .. } => describe_disposed(left),
            Self::DocumentSent { sent, .. } => format!("Response sent by {}", sent.channel),
            Self::DocumentExported { certificate, .. } => format!(
                "Exported as {} for {}; {} searched for, none found",
                certificate.format.extension(),
                certificate.audience,
                match certificate.n_values_searched {
                    1 => "1 withheld value".into(),
                    n => format!("{n} withheld values"),
                }
            ),
            Self::BundleLeft { bundle, .. } => describe_left(bundle),
            Self::BundleTaken { bundle, .. } => match bundle.n_entries {
                1 => format!("Came with a bundle from {}: 1 entry", bundle.name),
                n => format!("Came with a bundle from {}: {n} entries", bundle.name),
            },
            Self::CaseRenumbered { reference, .. } => {
                format!("A case of another desk is {reference} here")
            }
            Self::ConflictSettled { label, is, .. } => format!("Chosen for {label}: {is}"),
        }
    }
}

fn describe_team(before: &Team, after: &Team) -> String {
    let mut parts = Vec::new();
    if before.name != after.name {
        parts.push(format!(
            "the team's name is {}",
            if after.name.is_empty() { "none" } else { &after.name }
        ));
    }
    if before.logo != after.logo {
        parts.push(if after.logo.is_some() { "a new logo" } else { "no logo" }.to_owned());
    }
    if before.legal != after.legal {
        let (was, is) = (before.legal.len(), after.legal.len());
        parts.push(format!("who may approve as legal: {was} before, {is} now"));
    }
    format!("Team: {}", parts.join(", "))
}

fn describe_left(bundle: &LeftBundle) -> String {
    let with = match bundle.n_cases {
        0 | 1 => String::new(),
        2 => " with one other case".into(),
        n => format!(" with {} other cases", n - 1),
    };
    let lock = match bundle.recipients.len() {
        0 => "a passphrase".to_owned(),
        1 => "one key".to_owned(),
        n => format!("{n} keys"),
    };
    format!("Left as a bundle{with}, for {}, opened by {lock}; sha256 {}", bundle.to, bundle.sha256)
}

fn describe_standing(before: &Standing, after: &Standing) -> String {
    if after.steps.len() > before.steps.len() {
        return format!("Review of a document: {}", after.state().label().to_lowercase());
    }
    let more = |after: usize, before: usize| after.checked_sub(before).is_some_and(|n| n > 0);
    if more(after.kept.len(), before.kept.len()) {
        "A promised action is done".into()
    } else if more(before.kept.len(), after.kept.len()) {
        "A promised action is open again".into()
    } else if more(after.comments.len(), before.comments.len()) {
        "A block of a document was commented".into()
    } else {
        "A comment on a document was settled or taken back".into()
    }
}

fn describe_disposed(left: &DisposedDrafts) -> String {
    let title = &left.document.title;
    if left.again {
        return format!(
            "Drafts of “{title}” disposed of again: they were in the backup that was put back, \
             and its text is the one of that backup"
        );
    }
    match left.n_entries {
        1 => format!("Drafts of “{title}” disposed of: 1 entry can no longer be read"),
        n => format!("Drafts of “{title}” disposed of: {n} entries can no longer be read"),
    }
}

fn describe_signed(file: &SignedFile) -> String {
    match file.statement().map(|it| it.says) {
        Some(Says::Request(request)) => {
            format!("A second person was asked to approve: {}", request.proposal.what)
        }
        Some(Says::Answer(answer)) => {
            format!("Signed for another desk: {} on {}", answer.ruling.word(), answer.reference)
        }
        Some(Says::Handover(handover)) => match handover.cases.len() {
            1 => "Handover written: 1 open case".into(),
            n => format!("Handover written: {n} open cases"),
        },
        Some(Says::Receipt(_)) => "Signed for having read a handover".into(),
        Some(Says::Card(_)) | None => "A file was signed".into(),
    }
}

fn describe_taken(file: &SignedFile, signer: &str) -> String {
    match file.statement().map(|it| it.says) {
        Some(Says::Request(request)) => {
            format!("{signer} asks for approval on {}", request.reference)
        }
        Some(Says::Answer(answer)) if answer.reason.is_empty() => {
            format!("{signer} signed: {}", answer.ruling.word())
        }
        Some(Says::Answer(answer)) => {
            format!("{signer} signed: {}. {}", answer.ruling.word(), answer.reason)
        }
        Some(Says::Handover(_)) => format!("Handover from {signer} taken in"),
        Some(Says::Receipt(_)) => format!("{signer} signed for having read the handover"),
        Some(Says::Card(_)) | None => format!("A file signed by {signer} was taken in"),
    }
}

fn describe_change(before: &CaseFacts, after: &CaseFacts) -> String {
    let mut parts = Vec::new();
    if before.status != after.status {
        parts.push(format!("status {} → {}", before.status.label(), after.status.label()));
    }
    if before.severity != after.severity {
        parts.push(format!("severity {} → {}", before.severity.label(), after.severity.label()));
    }
    if before.category != after.category {
        parts.push(format!("category {} → {}", before.category.label(), after.category.label()));
    }
    if before.title != after.title {
        parts.push(format!("title “{}” → “{}”", before.title, after.title));
    }
    if before.people != after.people {
        parts.push("people".into());
    }
    if before.accounts != after.accounts {
        parts.push("accounts".into());
    }
    if parts.is_empty() {
        parts.push("facts".into());
    }
    format!("Changed {}", parts.join(", "))
}

fn describe_target(before: Option<&Target>, after: Option<&Target>) -> String {
    match (before, after) {
        (None, Some(target)) => format!("Target named: {}", target.observable.defanged()),
        (_, Some(target)) => {
            format!("{}: {}", target.observable.defanged(), target.outcome.display())
        }
        (Some(target), None) => format!("No longer a target: {}", target.observable.defanged()),
        (None, None) => "Target unchanged".into(),
    }
}

fn describe_clock(before: Option<&Clock>, after: &Clock) -> String {
    let name = &after.rule.name;
    match (before, &after.stopped) {
        (None, _) => format!("Clock started: {name}"),
        (Some(_), Some(stop)) => format!("Clock stopped: {name} ({})", stop.reason),
        (Some(_), None) => format!("Clock changed: {name}"),
    }
}
