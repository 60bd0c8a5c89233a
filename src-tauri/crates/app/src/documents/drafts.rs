//! What becomes of a document's drafts when it is issued, or sent.

use std::collections::BTreeMap;

use farol_model::{
    document::{Document, ReviewState},
    id::DocumentId,
    journal::{Action, Entry, EntryHeader},
    retention::DraftRule,
};
use farol_store::{Reader, StoreError, WriteTx};

use crate::{Code, Desk, Failure, view::Drafts};

impl Desk {
    /// What becomes of a document's drafts when it is issued or sent, or what became of them.
    ///
    /// # Errors
    /// When there is no such document.
    pub fn drafts(&self, id: DocumentId) -> Result<Drafts, Failure> {
        self.store.read(|it| {
            let document = it.document(id)?;
            let closed =
                document.sent.is_some() || document.standing.state() == ReviewState::Issued;
            if closed {
                let disposed = it.disposed_drafts(document.case, id)?;
                return Ok(match disposed {
                    None => Drafts::Kept,
                    Some((header, left)) => Drafts::Gone {
                        at: header.at,
                        by: it.member(header.actor)?.name,
                        n_entries: left.n_entries,
                    },
                });
            }
            let n_comments = document.standing.comments.len();
            Ok(match fate(it, &document)? {
                Fate::Kept => Drafts::Kept,
                Fate::Held(reason) => Drafts::Held { reason },
                Fate::WithCase => Drafts::WithCase,
                Fate::Goes(n_entries) => {
                    let backups = self.store.backups();
                    let with_it = backups.iter().filter(|it| it.made_at >= document.created_at);
                    let mut elsewhere: Vec<String> =
                        with_it.map(|it| format!("Backup of {}", it.made_at.to_minute())).collect();
                    elsewhere.extend(left(it, &document)?);
                    let n_comments = u32::try_from(n_comments).unwrap_or(u32::MAX);
                    Drafts::Goes { n_entries, n_comments, elsewhere }
                }
            })
        })
    }

    /// Ends a disposal that was committed. `done` says what was committed with it: a person who only hears of
    /// what failed would do it again.
    pub(crate) fn end_disposal(&self, done: &str) -> Result<(), Failure> {
        self.store.forget_drafts().map_err(|error| {
            Failure::new(
                Code::Failed,
                format!(
                    "{done} Its drafts are gone from the vault, and not yet from the second copy of what was saved since the last backup: {error}."
                ),
                "It is done; do not do it again. The next backup or start takes them out there, too. Free some space if the disk is full.",
            )
        })
    }

    /// What becomes of drafts from now on. Nothing is disposed of by changing it.
    ///
    /// # Errors
    /// When the vault refuses.
    pub fn set_draft_rule(&self, drafts: DraftRule) -> Result<(), Failure> {
        let rules = self.retention_rules()?;
        self.set_retention_rules(farol_model::retention::RetentionRules { drafts, ..rules })
    }
}

enum Fate {
    Kept,
    Held(String),
    WithCase,
    Goes(u32),
}

/// What the team's rule does with the drafts of a document that is issued now; a hold wins over it.
fn fate(it: Reader<'_>, document: &Document) -> Result<Fate, StoreError> {
    if it.retention_rules()?.drafts == DraftRule::Keep {
        return Ok(Fate::Kept);
    }
    if let Some(hold) = it.hold(document.case)? {
        return Ok(Fate::Held(hold.reason));
    }
    Ok(it.n_draft_entries(document.id)?.map_or(Fate::WithCase, Fate::Goes))
}

/// What left this desk with drafts in it, as far as Farol knows.
fn left(it: Reader<'_>, document: &Document) -> Result<Vec<String>, StoreError> {
    let story = it.story(document.case)?;
    let with_it = story.iter().filter(|entry| match &entry.action {
        Action::DocumentExported { certificate, .. } => certificate.document == document.id,
        Action::BundleLeft { .. } | Action::BundleTaken { .. } => {
            entry.header.at >= document.created_at
        }
        _ => false,
    });
    Ok(with_it
        .map(|it| format!("{}: {}", it.header.at.to_minute(), it.action.describe()))
        .collect())
}

/// A story in which documents whose drafts were disposed of are begun, too: when and by whom is on record,
/// and the title is the one that was issued.
pub(crate) fn with_beginnings(
    it: Reader<'_>,
    mut story: Vec<Entry>,
) -> Result<Vec<Entry>, StoreError> {
    let disposed: BTreeMap<DocumentId, Document> = story
        .iter()
        .filter_map(|entry| match &entry.action {
            Action::DraftsDisposed { left, .. } => Some((left.document.id, left.document.clone())),
            _ => None,
        })
        .collect();
    for (id, document) in disposed {
        if let Some(header) = it.beginning_of(id)? {
            let follows = |other: &EntryHeader| {
                let is_later = other.desk == header.desk && other.n > header.n;
                other.at > header.at || (other.at == header.at && is_later)
            };
            let at = story.iter().position(|it| follows(&it.header)).unwrap_or(story.len());
            let action = Action::DocumentCreated { document: Box::new(document) };
            story.insert(at, Entry { header, action });
        }
    }
    Ok(story)
}

/// Disposes of the drafts of a document that is issued or sent in this transaction, when the team's rule says
/// so. Whoever committed it calls `forget_drafts` when something was disposed of.
pub(crate) fn dispose(tx: &mut WriteTx<'_>, id: DocumentId) -> Result<bool, StoreError> {
    let document = tx.read().document(id)?;
    let goes = matches!(fate(tx.read(), &document)?, Fate::Goes(_));
    if goes {
        tx.dispose_of_drafts(id)?;
    }
    Ok(goes)
}

#[cfg(test)]
mod tests {
    use std::{fs, sync::Arc};

    use farol_model::{
        case::{Category, Severity},
        time::Timestamp,
    };
    use farol_render::MACHINES;

    use super::*;
    use crate::{
        vault,
        view::{CaseOpen, VaultCreate},
    };

    #[test]
    fn a_document_is_said_to_be_issued_where_only_its_second_copy_could_not_be_cleaned() {
        let dir = tempfile::tempdir().unwrap();
        let now = Arc::new(|| Timestamp::from_ms(1_795_000_000_000));
        let place = vault::Place { dir: dir.path().into(), who: "a test".into(), tell: None, now };
        let create = VaultCreate {
            passphrase: "lamp oil and salt water".into(),
            member_name: "Ana Investigator".into(),
            use_keyring: false,
        };
        let (desk, made) = vault::create(place, &create, MACHINES).unwrap();
        drop(made);
        let opened = desk.open_case(CaseOpen {
            title: "Phishing".into(),
            category: Category::Phishing,
            severity: Severity::High,
            severity_reason: String::new(),
            report: None,
            targets: Vec::new(),
        });
        let case = opened.unwrap();
        let id = desk.create_document(case, "readout").unwrap();
        desk.set_draft_rule(DraftRule::Dispose).unwrap();
        let in_the_way = dir.path().join("farol.tail.new");
        fs::create_dir(&in_the_way).unwrap();

        let failure = desk.issue_document(id).unwrap_err();
        assert!(failure.message.starts_with("The document is issued."), "{failure}");
        assert!(failure.hint.contains("next backup or start"), "{failure}");
        assert!(matches!(desk.drafts(id).unwrap(), Drafts::Gone { .. }));
        let story = desk.case(case).unwrap().story;
        let told: Vec<&str> = story.iter().rev().map(|it| it.text.as_str()).collect();
        assert_eq!(
            told,
            [
                "Case opened: Phishing",
                "Clock started: First response",
                "Executive readout begun: Phishing",
                "Drafts of “Phishing” disposed of: 1 entry can no longer be read",
                "Review of a document: issued",
            ]
        );
        let begun = &story[2];
        assert_eq!((begun.actor.as_str(), begun.can_undo), ("Ana Investigator", false));

        let tail = || fs::metadata(dir.path().join("farol.tail")).unwrap().len();
        let with_drafts = tail();
        fs::remove_dir(in_the_way).unwrap();
        desk.back_up().unwrap();
        assert!(tail() < with_drafts, "the backup took them out");
    }
}
