//! Responses, analyses and readouts: writing them, and letting them leave.
//!
//! A file leaves in three steps that stand or fall together: it is rendered and checked, written
//! beside its place, and recorded; only then it gets its name.

/// Charts, evidence, decisions and actions, put in one by one.
mod blocks;
/// The proof of a file that was made.
mod certified;
/// What becomes of drafts.
pub(crate) mod drafts;
/// Facts with the record they stand in.
pub(crate) mod facts;
/// What became of a block, and the moments that a timeline may tell.
mod history;
/// Where in a document something stands in the way.
mod places;
/// What goes to a printer.
mod printing;
/// From draft to issued.
pub(crate) mod review;
/// What should perhaps be withheld.
mod suggest;
/// What a version withholds, with the reason.
mod withheld;

use std::{collections::BTreeMap, fs, path::Path};

pub use self::blocks::{chart_from_csv, table_from_csv};
use farol_compose::{ComposeError, Material, StoryRow, Templates};
pub use farol_compose::{LintFinding, TemplateFinding, TemplateInfo};
use farol_model::{
    case::{Case, Target},
    document::{
        Audience, Block, Content, Document, DocumentKind, Entity, Envelope, Language, Projected,
        ReviewState, Span, changes, needs_legal, needs_second, project, sees, sentences,
    },
    export::{Caret, Format, RenderError, SeenPage, Sight},
    id::{BlockId, CaseId, DocumentId, ReportId},
    journal::Action,
    lookup::ProviderVerdict,
    report::{Consent, Report},
    time::Timestamp,
};
use farol_store::{Reader, StoreError};
use serde::Deserialize;
use specta::Type;

pub(crate) use self::certified::certificate;
use crate::{
    Code, Desk, Failure,
    cases::document_row,
    send_off::replies,
    view::{DocumentRow, DocumentView, Exported, Preview, Readers, Stopped},
};

/// Everything that a template, a fact or the leak check may need of a case.
pub(crate) struct CaseFile {
    pub(crate) language: Language,
    pub(crate) case: Case,
    reports: Vec<Report>,
    /// Who wrote those of the reports that are answers to us.
    answered: BTreeMap<ReportId, Audience>,
    targets: Vec<Target>,
    verdicts: Vec<ProviderVerdict>,
    decisions: Vec<farol_model::decision::Decision>,
    mitigations: Vec<farol_model::decision::Mitigation>,
    evidence: Vec<farol_model::evidence::HeldEvidence>,
    clocks: Vec<farol_model::clock::Clock>,
    story: Vec<StoryRow>,
    members: Vec<farol_model::member::Member>,
    templates: Templates,
}

impl CaseFile {
    pub(crate) fn material(&self) -> Material<'_> {
        Material {
            language: self.language,
            case: &self.case,
            reports: &self.reports,
            targets: &self.targets,
            verdicts: &self.verdicts,
            decisions: &self.decisions,
            mitigations: &self.mitigations,
            evidence: &self.evidence,
            clocks: &self.clocks,
            story: &self.story,
            members: &self.members,
            templates: &self.templates,
            previous: None,
        }
    }
}

/// What is written and not saved yet. Blocks that are as they are saved are only named: a long document
/// does not travel at every pause.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
pub struct Draft {
    /// Every block, in order.
    pub order: Vec<BlockId>,
    /// Those that are not as they are saved.
    pub changed: Vec<Block>,
    /// Where it goes.
    pub envelope: Option<Envelope>,
}

impl Draft {
    /// All blocks, with those that are saved.
    ///
    /// # Errors
    /// When a block is neither here nor saved.
    fn over(self, saved: Vec<Block>) -> Result<(Vec<Block>, Option<Envelope>), Failure> {
        let by_id = |blocks: Vec<Block>| blocks.into_iter().map(|it| (it.id, it));
        let mut blocks: BTreeMap<BlockId, Block> =
            by_id(saved).chain(by_id(self.changed)).collect();
        let order = self.order.iter();
        let written: Option<Vec<_>> = order.map(|id| blocks.remove(id)).collect();
        Ok((written.ok_or_else(|| Failure::not_found("block"))?, self.envelope))
    }
}

impl Desk {
    /// A case for documents in one language.
    pub(crate) fn case_file(
        &self,
        it: Reader<'_>,
        id: CaseId,
        language: Language,
    ) -> Result<CaseFile, StoreError> {
        let story = it.story(id)?.into_iter().map(|entry| StoryRow {
            entry: entry.header.id,
            at: entry.header.at,
            text: entry.action.describe_in(language),
            routine: history::is_routine(&entry.action),
            resolves: history::resolves(&entry.action),
        });
        Ok(CaseFile { story: story.collect(), ..self.case_facts(it, id, language)? })
    }

    /// A case without its story, which grows with every save and says nothing to a reader's version.
    pub(crate) fn case_facts(
        &self,
        it: Reader<'_>,
        id: CaseId,
        language: Language,
    ) -> Result<CaseFile, StoreError> {
        let targets = it.targets_of(id)?;
        let observations = it.observations_of(id)?;
        let mut hosts: Vec<_> =
            targets.iter().filter_map(|target| target.observable.host()).collect();
        hosts.sort_unstable();
        hosts.dedup();
        let verdicts = hosts
            .into_iter()
            .map(|host| farol_lookup::verdict(host, &observations, &self.networks()))
            .filter(|verdict| verdict.as_of.is_some())
            .collect();
        let reports = it.reports_of(id)?;
        Ok(CaseFile {
            language,
            case: it.case(id)?,
            answered: replies::among(&it.documents_of(id)?, &reports),
            reports,
            verdicts,
            decisions: it.decisions_of(id)?,
            mitigations: it.mitigations_of(id)?,
            evidence: it.evidence_of(id)?,
            clocks: it.clocks_of(id)?,
            members: it.members()?,
            templates: Templates::with(&it.team_templates()?),
            story: Vec::new(),
            targets,
        })
    }

    /// All documents, newest first.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub fn documents(&self) -> Result<Vec<DocumentRow>, Failure> {
        self.store.read(|it| {
            let rows = it.documents()?;
            let rows = rows.iter().map(|row| Ok(document_row(row, &it.case(row.case)?)));
            Ok(rows.collect::<Result<_, StoreError>>()?)
        })
    }

    /// Begins a document from a template, filled with what the case knows.
    ///
    /// # Errors
    /// When the case or template does not exist, or lacks what the template needs.
    pub fn create_document(&self, case: CaseId, template: &str) -> Result<DocumentId, Failure> {
        self.store.write(|tx| {
            let file = self.case_file(tx.read(), case, Language::of_template(template))?;
            let now = tx.now();
            let began = |it: &Document| it.template.split([' ', '.']).next() == Some(template);
            let before =
                tx.read().documents()?.into_iter().filter(|it| it.case == case && began(it));
            let previous = before.max_by_key(|it| it.created_at);
            let material = Material { previous: previous.as_ref(), ..file.material() };
            let document = farol_compose::compose(template, &material, now, &mut || tx.new_id())
                .map_err(|error| {
                    let hint = match error {
                        ComposeError::UnknownTemplate => {
                            "Choose one of those that are listed (`farolctl doc templates`)."
                        }
                        _ => "Add what is missing to the case, or choose another template.",
                    };
                    Failure::bad_input(format!("The document was not begun: {error}."), hint)
                })?;
            let id = document.id;
            tx.record(&Action::DocumentCreated { document: Box::new(document) })?;
            Ok(id)
        })
    }

    /// A document in the editor.
    ///
    /// # Errors
    /// When there is no such document.
    pub fn document(&self, id: DocumentId) -> Result<DocumentView, Failure> {
        self.store.read(|it| {
            let document = it.document(id)?;
            let file = self.case_file(it, document.case, document.language())?;
            let changed_at = file.story.last().map_or(file.case.opened_at, |it| it.at);
            let audiences = audiences(&file);
            Ok(DocumentView {
                reference: file.case.reference,
                case_title: file.case.facts.title.clone(),
                saved_at: it.document_saved_at(id)?,
                findings: farol_compose::lint(&document, &file.material()),
                certificates: it.certificates_of(id)?,
                readers: readers(&document, &audiences),
                audiences,
                facts: facts::named(&file, changed_at),
                records: blocks::of_record(&file),
                changes: self.changes_said(
                    it,
                    document.case,
                    &file.verdicts,
                    document.language(),
                )?,
                needs_second: needs_second(&document),
                needs_legal: needs_legal(&document),
                writers: file.members.iter().map(|it| (it.id, it.name.clone())).collect(),
                document,
            })
        })
    }

    /// Saves blocks and envelope; returns the time of the commit.
    ///
    /// # Errors
    /// When there is no such document, it was sent, or the vault refuses.
    pub fn save_document(
        &self,
        id: DocumentId,
        blocks: &[Block],
        envelope: Option<Envelope>,
    ) -> Result<Timestamp, Failure> {
        self.store.write(|tx| {
            let before = tx.read().document(id)?;
            let case = before.case;
            if before.sent.is_some() {
                return Err(Failure::refused(
                    "This response was sent; what was sent stays as it is.",
                    "Begin a new response for a correction.",
                ));
            }
            if before.standing.state() == ReviewState::Issued {
                return Err(review::issued());
            }
            let changes = changes(&before.blocks, blocks);
            let addressed =
                envelope.as_ref().is_some_and(|it| before.envelope.as_ref() != Some(it));
            if !changes.is_empty() || addressed {
                review::changed(tx, id)?;
            }
            if !changes.is_empty() {
                tx.record(&Action::BlocksSaved { case, document: id, changes })?;
            }
            if let Some(after) = envelope.filter(|it| before.envelope.as_ref() != Some(it)) {
                let before = before.envelope;
                tx.record(&Action::EnvelopeSet { case, document: id, before, after })?;
            }
            Ok(tx.now())
        })
    }

    /// Saves what is written; returns the time of the commit.
    ///
    /// # Errors
    /// When a block is neither here nor saved, or as [`Desk::save_document`].
    pub fn save_draft(&self, id: DocumentId, draft: Draft) -> Result<Timestamp, Failure> {
        let saved = self.store.read(|it| it.document(id))?.blocks;
        let (blocks, envelope) = draft.over(saved)?;
        self.save_document(id, &blocks, envelope)
    }

    /// Adds a paragraph at the end of a document.
    ///
    /// # Errors
    /// When there are no words, or as [`Desk::save_document`].
    pub fn add_paragraph(
        &self,
        id: DocumentId,
        audience: Audience,
        text: &str,
    ) -> Result<Timestamp, Failure> {
        use farol_model::document::Text;
        if text.trim().is_empty() {
            return Err(Failure::bad_input(
                "There are no words. Nothing was added.",
                "Write what the paragraph says.",
            ));
        }
        let mut document = self.store.read(|it| it.document(id))?;
        document.blocks.push(Block {
            id: BlockId(self.store.new_id()),
            audience,
            content: Content::Paragraph { text: Text::parse(text) },
        });
        self.save_document(id, &document.blocks, None)
    }

    /// The pages that a reader would get, those that are wanted as PNG pictures, where on them somebody
    /// writes, and what is withheld from them.
    ///
    /// `draft` stands for the saved blocks and envelope while somebody writes; nothing is saved.
    ///
    /// # Errors
    /// When there is no such document or it cannot be typeset at all.
    pub fn preview_document(
        &self,
        id: DocumentId,
        reader: &Audience,
        draft: Option<Draft>,
        sight: Sight<'_>,
    ) -> Result<(Vec<SeenPage>, Preview), Failure> {
        let (document, projected, suggestions) = self.store.read(|it| {
            let mut document = it.document(id)?;
            if let Some(draft) = draft {
                (document.blocks, document.envelope) = draft.over(document.blocks)?;
            }
            let file = self.case_facts(it, document.case, document.language())?;
            let projected = projected(it, &document, &file, reader)?;
            let others = other_customers(it.customers()?, reader);
            let told = told(reader, &file);
            let suggestions = suggest::suggestions(&document, &file, &others, &told, reader);
            Ok::<_, Failure>((document, projected, suggestions))
        })?;
        let caret = sight.caret.and_then(|it| seen_caret(it, &document, &projected));
        let seen = (self.machines.pages)(&projected, Sight { caret, ..sight }).map_err(stopped)?;
        let n_withheld = projected.withheld().len() as u32;
        let withheld = withheld::rows(&document, &projected);
        let unprinted = (self.machines.unprinted)(&projected);
        let caret = seen.caret;
        let pages = Vec::new();
        Ok((seen.pages, Preview { pages, caret, n_withheld, withheld, suggestions, unprinted }))
    }

    /// Why an export of what is saved would be stopped now; none when it would leave.
    ///
    /// # Errors
    /// When there is no such document, or its facts are not complete.
    pub fn check_document(
        &self,
        id: DocumentId,
        reader: &Audience,
    ) -> Result<Option<Stopped>, Failure> {
        self.store.read(|it| {
            let document = it.document(id)?;
            let projected = match self.leaving(it, &document, reader) {
                Ok(projected) => projected,
                Err(failure) => {
                    let file = self.case_facts(it, document.case, document.language())?;
                    let facts = farol_compose::facts(&file.material());
                    let places = places::missing_facts(&document, reader, &facts);
                    return Ok(Some(Stopped { failure, places }));
                }
            };
            let format =
                if projected.kind() == DocumentKind::Response { Format::Eml } else { Format::Pdf };
            Ok((self.machines.render)(&projected, format).err().map(|error| {
                let places = places::of(&error);
                Stopped { failure: stopped(error), places }
            }))
        })
    }

    /// A file name that this reader may see.
    ///
    /// # Errors
    /// When there is no such document.
    pub fn export_name(
        &self,
        id: DocumentId,
        reader: &Audience,
        format: Format,
    ) -> Result<String, Failure> {
        self.store.read(|it| {
            let document = it.document(id)?;
            let reference = it.case(document.case)?.reference;
            let kind = match document.kind {
                DocumentKind::Response => "response",
                DocumentKind::Rca => "root-cause-analysis",
                DocumentKind::Readout => "readout",
            };
            let inside = if reader.is_internal() {
                format!("-{}", reader.to_string().replace('_', "-"))
            } else {
                String::new()
            };
            Ok(format!("{reference}-{kind}{inside}.{}", format.extension()))
        })
    }

    /// Writes a checked file and records its certificate.
    ///
    /// # Errors
    /// [`Code::LeakStopped`] when a withheld value would leave or the check is void, [`Code::Refused`]
    /// when a consent forbids it; then no file is written and nothing is recorded.
    pub fn export_document(
        &self,
        id: DocumentId,
        reader: &Audience,
        format: Format,
        path: &Path,
    ) -> Result<Exported, Failure> {
        write_beside(path, |part| {
            self.store.write(|tx| {
                let projected = self.leaving(tx.read(), &tx.read().document(id)?, reader)?;
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                (self.machines.check_words)(&projected, "file name", &name).map_err(stopped)?;
                let rendered = (self.machines.render)(&projected, format).map_err(stopped)?;
                let certificate = certificate(tx, id, reader, format, &rendered)?;
                fs::write(part, &rendered.bytes).map_err(|error| cannot_write(&error))?;
                let case = tx.read().document(id)?.case;
                tx.record(&Action::DocumentExported { case, certificate: certificate.clone() })?;
                let file_name = path.display().to_string();
                let words = certificate.in_words();
                let notes = match format {
                    Format::Pdf => (self.machines.unprinted)(&projected),
                    _ => Vec::new(),
                };
                let notes = notes.iter().map(places::unprinted).collect();
                Ok((Exported { file_name, format, certificate, notes }, words))
            })
        })
    }

    /// What a reader gets, where it leaves: a paper of which nothing is theirs is a mistake.
    pub(crate) fn leaving(
        &self,
        it: Reader<'_>,
        document: &Document,
        reader: &Audience,
    ) -> Result<Projected, Failure> {
        let projected = self.projected(it, document, reader)?;
        if projected.blocks().is_empty() {
            return Err(Failure::refused(
                format!(
                    "Nothing in this document is for {reader}: the paper would be empty. No file was written."
                ),
                format!(
                    "Choose another reader, or change who may read its blocks. It was begun for {}.",
                    document.audience
                ),
            ));
        }
        Ok(projected)
    }

    pub(crate) fn projected(
        &self,
        it: Reader<'_>,
        document: &Document,
        reader: &Audience,
    ) -> Result<Projected, Failure> {
        projected(it, document, &self.case_facts(it, document.case, document.language())?, reader)
    }
}

fn projected(
    it: Reader<'_>,
    document: &Document,
    file: &CaseFile,
    reader: &Audience,
) -> Result<Projected, Failure> {
    let dated = it.document_saved_at(document.id)?;
    forbid_forwarding(document, &file.reports, reader)?;
    let entities = entities(file, it.customers()?, reader);
    let facts = farol_compose::facts(&file.material());
    let team = it.team()?;
    let projected = project(document, file.case.reference, dated, reader, &facts, &entities);
    let reported = file.targets.iter().filter_map(|it| it.observable.host());
    // A subject names a site as people do.
    let hosts: Vec<&str> = reported.map(|it| it.strip_prefix("www.").unwrap_or(it)).collect();
    let told = told(reader, file);
    let ready = |it: Projected| it.with_inert(&hosts).told_of(&told).on_paper_of(&team);
    projected.map(ready).map_err(|error| {
        Failure::bad_input(
            format!("Nothing was exported: {error}."),
            "Correct the name in the text, or add the fact to the case.",
        )
    })
}

/// Where this reader sees somebody write: in a block that they do not get, behind the last one before it.
fn seen_caret(caret: Caret, document: &Document, projected: &Projected) -> Option<Caret> {
    let sees = |id: BlockId| projected.blocks().iter().any(|it| it.id == id);
    if sees(caret.block) {
        return Some(caret);
    }
    let at = document.blocks.iter().position(|it| it.id == caret.block)?;
    let before = document.blocks.get(..at)?.iter().rfind(|it| sees(it.id));
    match before {
        Some(it) => Some(Caret { block: it.id, share: 1000 }),
        None => projected.blocks().first().map(|it| Caret { block: it.id, share: 0 }),
    }
}

/// Writes a file beside its place, and gives it its name when it was recorded; the words of its
/// certificate go beside it. Of what was not recorded nothing stays.
pub(crate) fn write_beside<T>(
    path: &Path,
    make: impl FnOnce(&Path) -> Result<(T, String), Failure>,
) -> Result<T, Failure> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    match make(part) {
        Ok((made, words)) => {
            fs::rename(part, path).map_err(|error| cannot_write(&error))?;
            fs::write(beside(path), words).map_err(|error| cannot_write(&error))?;
            Ok(made)
        }
        Err(failure) => {
            // Nothing may stay behind of an export that was not recorded.
            if let Err(error) = fs::remove_file(part)
                && error.kind() != std::io::ErrorKind::NotFound
            {
                return Err(cannot_write(&error));
            }
            Err(failure)
        }
    }
}

/// Where the certificate of a file goes: `name.pdf` has `name.pdf.certificate.txt`.
fn beside(path: &Path) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".certificate.txt");
    name.into()
}

/// The audiences that make sense on a case; its customers among them.
fn audiences(file: &CaseFile) -> Vec<Audience> {
    let customers = file.case.facts.accounts.iter().map(|it| Audience::Customer(it.id.clone()));
    [Audience::InternalTeam, Audience::InternalCompany, Audience::Exec]
        .into_iter()
        .chain(customers)
        .chain([
            Audience::Reporter,
            Audience::Host,
            Audience::Authority,
            Audience::Regulator,
            Audience::Public,
            Audience::PrivilegedLegal,
        ])
        .collect()
}

/// Who may read what, for every audience that a text of this document may have.
fn readers(document: &Document, audiences: &[Audience]) -> Vec<Readers> {
    let mut all = audiences.to_vec();
    for block in &document.blocks {
        all.push(block.audience.clone());
        if let Content::Timeline { rows } = &block.content {
            all.extend(rows.iter().map(|row| row.audience.clone()));
        }
        for span in block.content.texts().into_iter().flat_map(|text| &text.0) {
            if let Span::Marked { audience, .. } = span {
                all.push(audience.clone());
            }
        }
    }
    all.sort();
    all.dedup();
    let read =
        |audience: &Audience| all.iter().filter(|reader| sees(reader, audience)).cloned().collect();
    all.iter().map(|it| Readers { audience: it.clone(), readers: read(it) }).collect()
}

/// "Do not forward" binds: nothing made from such a report goes to the operator's side.
fn forbid_forwarding(
    document: &Document,
    reports: &[Report],
    reader: &Audience,
) -> Result<(), Failure> {
    let outward = matches!(reader, Audience::Host | Audience::Customer(_) | Audience::Public);
    let bound = reports.iter().any(|it| it.consent == Consent::DoNotForward);
    if document.kind == DocumentKind::Response && outward && bound {
        return Err(Failure::refused(
            "A reporter of this case said: do not forward. Nothing was exported.",
            "Ask the reporter, or write to the operator from your own findings on a case of its own.",
        ));
    }
    Ok(())
}

/// Values of this and other cases that a reader outside must not find anywhere in a file.
fn entities(file: &CaseFile, customers: Vec<(String, String)>, reader: &Audience) -> Vec<Entity> {
    if reader.is_internal() {
        return Vec::new();
    }
    let mut entities = Vec::new();
    let mut add = |what: &str, value: &str, in_told: bool| {
        let value = value.trim();
        if !value.is_empty() {
            entities.push(Entity { what: what.to_owned(), value: value.to_owned(), in_told });
        }
    };
    for member in &file.members {
        add("name of somebody who works here", &member.name, false);
    }
    let wrote = wrote(reader, file);
    for (id, name) in customers {
        for (what, value) in
            [("name of another customer", &name), ("account of another customer", &id)]
        {
            if *reader != Audience::Customer(id.clone()) && !wrote.contains(&squeezed(value)) {
                add(what, value, true);
            }
        }
    }
    for report in file.reports.iter().filter(|it| it.consent != Consent::Named) {
        let writer = file.answered.get(&report.id).unwrap_or(&Audience::Reporter);
        if reader != writer {
            for person in [&report.parsed.reporter, &report.parsed.sender] {
                let (name, address) = (person.name.as_deref(), person.address.as_deref());
                add("name of the reporter", name.unwrap_or_default(), false);
                add("address of the reporter", address.unwrap_or_default(), false);
            }
            for sentence in sentences(&report.parsed.text) {
                add("quotation from the report", sentence, false);
            }
        }
    }
    entities
}

/// Names and ids of every customer of ours but this reader.
fn other_customers(customers: Vec<(String, String)>, reader: &Audience) -> Vec<String> {
    customers
        .into_iter()
        .filter(|(id, _)| *reader != Audience::Customer(id.clone()))
        .flat_map(|(id, name)| [name, id])
        .collect()
}

/// What this reader wrote to us, squeezed: a customer whose name is part of a reported host is no secret to
/// the one who reported it.
fn wrote(reader: &Audience, file: &CaseFile) -> String {
    if *reader != Audience::Reporter {
        return String::new();
    }
    let wrote = file.reports.iter().flat_map(|it| {
        let found = it.parsed.observables.iter().map(|found| found.observable.value.as_str());
        [it.parsed.subject.as_str(), it.parsed.text.as_str()].into_iter().chain(found)
    });
    wrote.map(squeezed).collect::<Vec<_>>().join(" ")
}

/// The addresses that this reader shall act on or is answered about. They stand in the letter as they are,
/// though a customer's name may be a part of one; beside them the name is withheld.
fn told<'a>(reader: &Audience, file: &'a CaseFile) -> Vec<&'a str> {
    if !matches!(reader, Audience::Host | Audience::Authority) {
        return Vec::new();
    }
    let addresses = file.targets.iter().map(|it| &it.observable);
    addresses.flat_map(|it| [Some(it.value.as_str()), it.host()]).flatten().collect()
}

/// Letters and digits only, in lower case: `Northwind Shop` and `northwind-shop` are one.
fn squeezed(text: &str) -> String {
    text.chars().filter(|it| it.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

pub(crate) fn cannot_write(error: &std::io::Error) -> Failure {
    Failure::new(
        Code::Failed,
        format!("The file could not be written: {}.", error.kind()),
        "Choose another folder, or free some space. The document itself is safe.",
    )
}

pub(crate) fn stopped(error: RenderError) -> Failure {
    match error {
        RenderError::Leaks(leaks) => {
            let places: Vec<String> = leaks
                .iter()
                .take(3)
                .map(|leak| match leak.block {
                    Some(block) => {
                        format!("{} (block {block}) in the {}", leak.what, leak.found_in)
                    }
                    None => format!("{} in the {}", leak.what, leak.found_in),
                })
                .collect();
            Failure::new(
                Code::LeakStopped,
                format!(
                    "The export was stopped; no file was written. Found: {}.",
                    places.join("; ")
                ),
                "Take the value out of the text this reader sees, or mark it with [[…]].",
            )
        }
        RenderError::CheckVoid(why) => Failure::new(
            Code::LeakStopped,
            format!("The leak check could not vouch for the file, so none was written: {why}."),
            "Export another format, and report this with the document's id.",
        ),
        RenderError::TooLong { pages, limit } => Failure::bad_input(
            format!("This makes {pages} pages; it may have {limit}. No file was written."),
            "Shorten it, or move detail to the analysis.",
        ),
        RenderError::Engine(why) => Failure::new(
            Code::Failed,
            format!("The typesetter refused: {why}. No file was written; the document is safe."),
            "Export as text, and report this with the document's id.",
        ),
    }
}
