//! What one reader gets of a document, and what must not be in it.

use farol_model::{
    document::{
        Audience, Content, Document, DocumentKind, Entity, Projected, Span, project, sees,
        sentences,
    },
    export::{Caret, SeenPage, Sight},
    id::{BlockId, DocumentId},
    report::{Consent, Report},
};
use farol_store::Reader;

use super::{Draft, case_file::CaseFile, leaving::stopped, suggest, withheld};
use crate::{
    Desk, Failure,
    view::{Preview, Readers},
};

impl Desk {
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

/// The audiences that make sense on a case; its customers among them.
pub(super) fn audiences(file: &CaseFile) -> Vec<Audience> {
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
pub(super) fn readers(document: &Document, audiences: &[Audience]) -> Vec<Readers> {
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
    for account in &file.case.facts.accounts {
        // Whoever runs the machine knows it, and whoever owns it.
        let knows = matches!(reader, Audience::Host | Audience::Authority)
            || *reader == Audience::Customer(account.id.clone());
        let origin = account.origin.as_deref().unwrap_or_default();
        if !knows && !wrote.contains(&squeezed(origin)) {
            add("origin of a customer", origin, false);
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
