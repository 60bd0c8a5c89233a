//! The process that writes, and what has to be there afterwards.

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader, Write, stdout},
    path::Path,
    process::{Child, Command, ExitCode, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
};

use farol_app::{Failure, vault};
use farol_model::{
    case::{Case, CaseFacts, Category, Note, Sensitivity, Severity, Status},
    document::{Audience, Block, Content, Document, DocumentKind, Standing, Text, changes},
    id::{BlockId, CaseId, DocumentId, NoteId},
    journal::Action,
};
use farol_store::{NewVault, Place, Store, StoreError, VaultFiles, slots::Cost};

pub(crate) const PASSPHRASE: &str = "lamp oil and salt water";

pub(crate) fn place(dir: &Path) -> Place {
    vault::place(dir.to_owned(), "the soak")
}

/// Opens the vault; a guess at its passphrase costs nothing, so that many can be opened.
pub(crate) fn open(dir: &Path) -> Result<Store, StoreError> {
    Store::open_with_words(place(dir), PASSPHRASE)
}

/// Whether no vault was made in a folder yet.
pub(crate) fn is_absent(dir: &Path) -> bool {
    place(dir).files() == VaultFiles { database: false, slots: false }
}

/// Makes a vault with one case.
pub(crate) fn create(dir: &Path) -> Result<Store, StoreError> {
    let cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };
    let new = NewVault {
        passphrase: PASSPHRASE,
        cost,
        use_keyring: false,
        member_name: "Ines Farrow",
        practice: false,
    };
    let store = Store::create(place(dir), new)?;
    store.make_recovery_key()?;
    Ok(store)
}

fn case_of(store: &Store) -> Result<CaseId, StoreError> {
    // The first that was opened; those that are erased come and go behind it.
    if let Some(case) = store.read(|it| it.cases())?.last() {
        return Ok(case.id);
    }
    open_case(store)
}

fn open_case(store: &Store) -> Result<CaseId, StoreError> {
    store.write(|tx| {
        let case = Case {
            id: CaseId(tx.new_id()),
            reference: tx.read().next_reference(tx.now().year())?,
            opened_at: tx.now(),
            opened_by: tx.actor(),
            theirs: None,
            facts: CaseFacts {
                title: "Kept through everything".into(),
                category: Category::Phishing,
                severity: Severity::High,
                severity_reason: String::new(),
                status: Status::New,
                waiting_on: None,
                legal_bases: vec![],
                assignee: None,
                asked_by: None,
                jurisdiction: None,
                sensitivity: Sensitivity::Normal,
                tickets: vec![],
                tags: vec![],
                people: vec![],
                accounts: vec![],
            },
        };
        let id = case.id;
        tx.record(&Action::CaseOpened { case: Box::new(case) })?;
        Ok(id)
    })
}

/// One commit: a note, and an original of a few pages.
fn write(store: &Store, case: CaseId, text: &str) -> Result<(), StoreError> {
    store.write(|tx| {
        tx.keep_original(text.repeat(400).as_bytes())?;
        let note = Note {
            id: NoteId(tx.new_id()),
            written_at: tx.now(),
            written_by: tx.actor(),
            text: text.to_owned(),
        };
        tx.record(&Action::NoteAdded { case, note })?;
        Ok(())
    })
}

/// A document that is begun with one text, and issued with another: in three commits.
fn issue(store: &Store, case: CaseId, draft: &str, issued: &str) -> Result<(), StoreError> {
    let paragraph = |id, text| Block {
        id,
        audience: Audience::InternalTeam,
        content: Content::Paragraph { text: Text::plain(text) },
    };
    let (id, before) = store.write(|tx| {
        let document = Document {
            id: DocumentId(tx.new_id()),
            case,
            kind: DocumentKind::Response,
            title: "Answer to the reporter".into(),
            template: "acknowledgement 1".into(),
            audience: Audience::InternalTeam,
            created_at: tx.now(),
            envelope: None,
            sent: None,
            blocks: vec![paragraph(BlockId(tx.new_id()), draft)],
            standing: Standing::default(),
        };
        let begun = (document.id, document.blocks.clone());
        tx.record(&Action::DocumentCreated { document: Box::new(document) })?;
        Ok::<_, StoreError>(begun)
    })?;
    let changes = changes(&before, &[paragraph(before[0].id, issued)]);
    store.write(|tx| tx.record(&Action::BlocksSaved { case, document: id, changes }))?;
    store.write(|tx| tx.dispose_of_drafts(id))?;
    store.forget_drafts()
}

fn say(line: &str) {
    // Nobody listens any more when the parent has ended.
    drop(writeln!(stdout(), "{line}").and_then(|()| stdout().flush()));
}

/// Works until it is done or killed; every acknowledged text is said.
pub(crate) fn run(dir: &Path, work: &str, n_notes: usize) -> ExitCode {
    match work_on(dir, work, n_notes) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let Failure { message, hint, .. } = error.into();
            say(&format!("refused {message} | {hint}"));
            ExitCode::FAILURE
        }
    }
}

fn work_on(dir: &Path, work: &str, n_notes: usize) -> Result<(), StoreError> {
    let mut store = if is_absent(dir) { create(dir)? } else { open(dir)? };
    let case = case_of(&store)?;
    let run = std::process::id();
    for n in 0..n_notes {
        let text = format!("note {run} {n}");
        write(&store, case, &text)?;
        say(&format!("ack {text}"));
        match work {
            "backing up" if n % 3 == 0 => drop(store.back_up()?),
            "changing the key" if n % 3 == 0 => {
                drop(store);
                place(dir).change_database_key(PASSPHRASE)?;
                store = open(dir)?;
            }
            "recovering" if n % 3 == 0 => {
                drop(store);
                place(dir).recover(PASSPHRASE)?;
                store = open(dir)?;
            }
            "putting a backup back" if n % 3 == 0 => {
                let name = store.back_up()?.name;
                drop(store);
                place(dir).put_back(&name, PASSPHRASE)?;
                store = open(dir)?;
            }
            "erasing" => {
                let text = format!("erased {run} {n}");
                let case = open_case(&store)?;
                write(&store, case, &text)?;
                store.erase(case, "an order")?;
                say(&format!("gone {text}"));
            }
            "disposing of drafts" => {
                let (draft, issued) = (format!("draft {run} {n}"), format!("issued {run} {n}"));
                issue(&store, case, &draft, &issued)?;
                say(&format!("ack {issued}"));
                say(&format!("gone {draft}"));
            }
            "opening" => {
                drop(store);
                store = open(dir)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// A writer at work.
pub(crate) struct Writer {
    pub(crate) child: Child,
    said: Receiver<String>,
}

/// What a writer said.
#[derive(Default)]
pub(crate) struct Said {
    pub(crate) acknowledged: Acknowledged,
    pub(crate) refusal: Option<String>,
}

/// What a writer said that it had done.
#[derive(Default)]
pub(crate) struct Acknowledged {
    /// Texts that have to be there.
    pub(crate) written: BTreeSet<String>,
    /// Texts that were erased or disposed of, and must not be there any more.
    pub(crate) gone: BTreeSet<String>,
}

impl Acknowledged {
    pub(crate) fn n(&self) -> u32 {
        u32::try_from(self.written.len() + self.gone.len()).unwrap()
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.written.extend(other.written);
        self.gone.extend(other.gone);
    }
}

impl Writer {
    /// Starts one that writes for as long as it lives.
    pub(crate) fn start(dir: &Path, work: &str) -> Self {
        Self::start_with(dir, work, 100_000, None)
    }

    /// Starts one that writes so many notes, with a shim before its disk.
    pub(crate) fn start_with(
        dir: &Path,
        work: &str,
        n_notes: usize,
        fault: Option<(&Path, &str)>,
    ) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["writer".as_ref(), dir.as_os_str(), work.as_ref()]);
        command.arg(n_notes.to_string());
        if let Some((shim, fault)) = fault {
            command.env("LD_PRELOAD", shim).env("FAROL_FAULT", fault).env("FAROL_FAULT_DIR", dir);
        }
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (tell, said) = channel();
        thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| tell.send(line)));
        Self { child, said }
    }

    /// Everything it said until it ended.
    pub(crate) fn said(mut self) -> Said {
        let mut said = Said::default();
        for line in &self.said {
            if let Some(note) = line.strip_prefix("ack ") {
                said.acknowledged.written.insert(note.to_owned());
            } else if let Some(text) = line.strip_prefix("gone ") {
                said.acknowledged.gone.insert(text.to_owned());
            } else if let Some(refusal) = line.strip_prefix("refused ") {
                said.refusal = Some(refusal.to_owned());
            }
        }
        self.child.wait().unwrap();
        said
    }
}

/// Whether the vault opens, its record holds, and everything acknowledged is there, or is not.
pub(crate) fn check(dir: &Path, acknowledged: &Acknowledged) -> Result<(), String> {
    let store = open(dir).map_err(|error| format!("does not open: {error}"))?;
    let found = store.read(|it| it.verify()).map_err(|error| format!("no check: {error}"))?;
    if let Some(wrong) = found.wrong {
        return Err(format!("entry {}: {}", wrong.n, wrong.change.words()));
    }
    match store.rebuild_check() {
        Ok(None) => {}
        Ok(Some(it)) => return Err(format!("table {} is not what the journal says", it.table)),
        Err(error) => return Err(format!("no comparison: {error}")),
    }
    let there = texts(&store).map_err(|error| error.to_string())?;
    let n_lost = acknowledged.written.difference(&there).count();
    let n_left = acknowledged.gone.intersection(&there).count();
    match (n_lost, n_left) {
        (0, 0) => Ok(()),
        _ => {
            Err(format!("{n_lost} acknowledged texts are lost, {n_left} that had to go are there"))
        }
    }
}

/// What can be read of all cases: titles, notes, decisions, and paragraphs of documents and of their drafts.
pub(crate) fn texts(store: &Store) -> Result<BTreeSet<String>, StoreError> {
    let mut there = BTreeSet::new();
    for case in store.read(|it| it.cases())? {
        there.extend(store.read(|it| it.notes_of(case.id))?.into_iter().map(|it| it.text));
        there.extend(store.read(|it| it.decisions_of(case.id))?.into_iter().map(|it| it.what));
        there.insert(case.facts.title);
        let mut blocks = Vec::new();
        for document in store.read(|it| it.documents_of(case.id))? {
            blocks.extend(store.read(|it| it.document(document.id))?.blocks);
        }
        for entry in store.read(|it| it.story(case.id))? {
            match entry.action {
                Action::DocumentCreated { document } => blocks.extend(document.blocks),
                Action::BlocksSaved { changes, .. } => {
                    let both = changes.into_iter().flat_map(|it| [it.before, it.after]);
                    blocks.extend(both.flatten().map(|it| it.block));
                }
                _ => {}
            }
        }
        there.extend(blocks.into_iter().filter_map(|it| match it.content {
            Content::Paragraph { text } => Some(text.to_string()),
            _ => None,
        }));
    }
    Ok(there)
}

/// Copies the files of a vault, without its lock.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap().map(Result::unwrap) {
        if file.file_type().unwrap().is_dir() {
            copy(&file.path(), &to.join(file.file_name()));
        } else if file.file_name() != "vault.lock" && file.file_name() != "farol.vault-shm" {
            fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    }
}
