//! What screens and rules may ask. One snapshot, no writing.

use rusqlite::{Connection, OptionalExtension, Params, params};
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use farol_model::{
    case::{Case, CaseRef, Note, Target},
    clock::Clock,
    decision::{Decision, Mitigation},
    document::{Block, Document},
    export::Certificate,
    id::{
        CaseId, DecisionId, DeskId, Digest, DocumentId, EntryId, MemberId, MitigationId,
        ObservationId, ReportId,
    },
    journal::{Action, Entry, EntryHeader},
    lookup::{Observation, messages},
    member::Member,
    observable::{Observable, ObservableKind},
    report::Report,
    search::Query,
    signed::{FileKind, KeptFile},
    time::Timestamp,
};

use crate::{
    Store, StoreError,
    seal::Key,
    search::{self, Hits},
    verify,
    write::digest,
};

/// The entries of a case and of its reports. With the plus, SQLite goes by the reports' seals: it would
/// take the index of cases for those without one, and read every report of the vault.
pub(crate) const STORY: &str = "
    SELECT entry.id, desk, n, at_ms, actor, case_id, action, body, seal.key
    FROM entry JOIN seal ON seal.id = entry.sealed_with
    WHERE case_id = ?1
       OR (+case_id IS NULL AND sealed_with IN
           (SELECT report_id FROM case_report WHERE case_report.case_id = ?1))
    ORDER BY at_ms, entry.rowid";

/// A view of the vault at one moment.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    conn: &'a Connection,
    /// None within a transaction that writes: no other connection sees what it wrote.
    store: Option<&'a Store>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(conn: &'a Connection) -> Self {
        Self { conn, store: None }
    }

    /// A view on a connection of this vault.
    pub(crate) fn of(store: &'a Store, conn: &'a Connection) -> Self {
        Self { conn, store: Some(store) }
    }

    pub(crate) fn connection(&self) -> &'a Connection {
        self.conn
    }

    /// Whether this vault is for practice.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn is_practice(&self) -> Result<bool, StoreError> {
        Ok(self.conn.query_row("SELECT practice FROM vault", [], |row| row.get(0))?)
    }

    /// Everybody who works here, in the order they joined.
    ///
    /// # Errors
    /// When the database cannot be read; so for every function here.
    pub fn members(&self) -> Result<Vec<Member>, StoreError> {
        self.bodies("SELECT body FROM member ORDER BY id", [])
    }

    /// One member.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn member(&self, id: MemberId) -> Result<Member, StoreError> {
        self.body("member", "SELECT body FROM member WHERE id = ?1", [id.to_string()])
    }

    /// One report.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn report(&self, id: ReportId) -> Result<Report, StoreError> {
        self.body("report", "SELECT body FROM report WHERE id = ?1", [id.to_string()])
    }

    /// The first report made of exactly these bytes.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn report_with_original(&self, original: Digest) -> Result<Option<Report>, StoreError> {
        let sql = "SELECT body FROM report WHERE original = ?1 ORDER BY received_at_ms LIMIT 1";
        Ok(self.bodies(sql, [original.to_string()])?.pop())
    }

    /// Reports on a case, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn reports_of(&self, case: CaseId) -> Result<Vec<Report>, StoreError> {
        self.bodies(
            "SELECT report.body FROM report
             JOIN case_report ON case_report.report_id = report.id
             WHERE case_report.case_id = ?1 ORDER BY received_at_ms, id",
            [case.to_string()],
        )
    }

    /// Cases that a report is on.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn cases_of(&self, report: ReportId) -> Result<Vec<Case>, StoreError> {
        self.bodies(
            "SELECT case_.body FROM case_
             JOIN case_report ON case_report.case_id = case_.id
             WHERE case_report.report_id = ?1 ORDER BY year, number",
            [report.to_string()],
        )
    }

    /// The bytes of an original.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn original(&self, digest: Digest) -> Result<Vec<u8>, StoreError> {
        self.conn
            .prepare_cached("SELECT bytes FROM original WHERE hash = ?1")?
            .query_row([digest.to_string()], |row| row.get(0))
            .optional()?
            .ok_or(StoreError::NotFound("original"))
    }

    /// The message that an observation was read from, as it came.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such observation, or nothing came;
    /// [`StoreError::Unreadable`] when what is kept is another message.
    pub fn message(&self, id: ObservationId) -> Result<Vec<u8>, StoreError> {
        let wire = self.observation(id)?.wire.ok_or(StoreError::NotFound("message"))?;
        let original: String = self
            .conn
            .prepare_cached("SELECT original FROM observation WHERE id = ?1")?
            .query_row([id.to_string()], |row| row.get(0))?;
        let original = original.parse().map_err(|_| StoreError::Unreadable("message"))?;
        let bytes = self.original(original)?;
        if original == wire {
            return Ok(bytes);
        }
        let mut messages = messages::unpack(&bytes).into_iter().flatten();
        let message = messages.find(|it| digest(it) == wire);
        message.map(<[u8]>::to_vec).ok_or(StoreError::Unreadable("message"))
    }

    /// One case.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn case(&self, id: CaseId) -> Result<Case, StoreError> {
        self.body("case", "SELECT body FROM case_ WHERE id = ?1", [id.to_string()])
    }

    /// The case with a number.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn case_by_reference(&self, reference: CaseRef) -> Result<Case, StoreError> {
        self.body(
            "case",
            "SELECT body FROM case_ WHERE year = ?1 AND number = ?2",
            params![reference.year, reference.number],
        )
    }

    /// All cases, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn cases(&self) -> Result<Vec<Case>, StoreError> {
        self.bodies("SELECT body FROM case_ ORDER BY year DESC, number DESC", [])
    }

    /// Id and name of every customer that a case names.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn customers(&self) -> Result<Vec<(String, String)>, StoreError> {
        let mut query = self
            .connection()
            .prepare_cached("SELECT DISTINCT id, name FROM case_account ORDER BY id, name")?;
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Cases that are not closed, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn open_cases(&self) -> Result<Vec<Case>, StoreError> {
        self.bodies(
            "SELECT body FROM case_ WHERE status <> 'closed' ORDER BY year DESC, number DESC",
            [],
        )
    }

    /// The number that the next case of a year gets.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn next_reference(&self, year: i16) -> Result<CaseRef, StoreError> {
        let last: u32 = self
            .conn
            .prepare_cached(
                "SELECT max(
                     (SELECT coalesce(max(number), 0) FROM case_ WHERE year = ?1),
                     (SELECT coalesce(max(number), 0) FROM tombstone WHERE year = ?1))",
            )?
            .query_row([year], |row| row.get(0))?;
        Ok(CaseRef { year, number: last + 1 })
    }

    /// Targets of a case, by value.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn targets_of(&self, case: CaseId) -> Result<Vec<Target>, StoreError> {
        let sql = "SELECT body FROM target WHERE case_id = ?1 ORDER BY kind, value";
        self.bodies(sql, [case.to_string()])
    }

    /// One target of a case, if it is one.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn target(&self, case: CaseId, it: &Observable) -> Result<Option<Target>, StoreError> {
        let sql = "SELECT body FROM target WHERE case_id = ?1 AND kind = ?2 AND value = ?3";
        Ok(self.bodies(sql, params![case.to_string(), it.kind.word(), it.value])?.pop())
    }

    /// Values that people added to a case.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn added_observables(&self, case: CaseId) -> Result<Vec<Observable>, StoreError> {
        let mut query = self.conn.prepare_cached(
            "SELECT kind, value FROM observable WHERE case_id = ?1 ORDER BY kind, value",
        )?;
        let rows = query.query_map([case.to_string()], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        rows.map(|row| {
            let (kind, value) = row?;
            Ok(Observable { kind: kind_of(&kind)?, value })
        })
        .collect()
    }

    /// Whether people added a value to a case.
    pub(crate) fn is_added(&self, case: CaseId, it: &Observable) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM observable WHERE case_id = ?1 AND kind = ?2 AND value = ?3";
        let mut query = self.conn.prepare_cached(sql)?;
        Ok(query.exists(params![case.to_string(), it.kind.word(), it.value])?)
    }

    /// When a case was opened.
    pub(crate) fn opened_at(&self, case: CaseId) -> Result<Timestamp, StoreError> {
        self.conn
            .prepare_cached("SELECT opened_at_ms FROM case_ WHERE id = ?1")?
            .query_row([case.to_string()], |row| row.get(0))
            .optional()?
            .map(Timestamp::from_ms)
            .ok_or(StoreError::NotFound("case"))
    }

    /// Clocks of a case, in the order they started.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn clocks_of(&self, case: CaseId) -> Result<Vec<Clock>, StoreError> {
        let sql = "SELECT body FROM clock WHERE case_id = ?1 ORDER BY id";
        self.bodies(sql, [case.to_string()])
    }

    /// Notes on a case, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn notes_of(&self, case: CaseId) -> Result<Vec<Note>, StoreError> {
        let sql = "SELECT body FROM note WHERE case_id = ?1 ORDER BY at_ms, id";
        self.bodies(sql, [case.to_string()])
    }

    /// Answers kept on a case, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn observations_of(&self, case: CaseId) -> Result<Vec<Observation>, StoreError> {
        let sql = "SELECT body FROM observation WHERE case_id = ?1 ORDER BY asked_at_ms, id";
        self.bodies(sql, [case.to_string()])
    }

    /// One answer.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn observation(&self, id: ObservationId) -> Result<Observation, StoreError> {
        let sql = "SELECT body FROM observation WHERE id = ?1";
        self.body("observation", sql, [id.to_string()])
    }

    /// Decisions of a case, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn decisions_of(&self, case: CaseId) -> Result<Vec<Decision>, StoreError> {
        let sql = "SELECT body FROM decision WHERE case_id = ?1 ORDER BY at_ms, id";
        self.bodies(sql, [case.to_string()])
    }

    /// One decision.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn decision(&self, id: DecisionId) -> Result<Decision, StoreError> {
        self.body("decision", "SELECT body FROM decision WHERE id = ?1", [id.to_string()])
    }

    /// Mitigations of a case, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn mitigations_of(&self, case: CaseId) -> Result<Vec<Mitigation>, StoreError> {
        let sql = "SELECT body FROM mitigation WHERE case_id = ?1 ORDER BY at_ms, id";
        self.bodies(sql, [case.to_string()])
    }

    /// One mitigation.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn mitigation(&self, id: MitigationId) -> Result<Mitigation, StoreError> {
        self.body("mitigation", "SELECT body FROM mitigation WHERE id = ?1", [id.to_string()])
    }

    /// One document with its blocks.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn document(&self, id: DocumentId) -> Result<Document, StoreError> {
        let mut document = self.document_without_blocks(id)?;
        let sql = "SELECT body FROM block WHERE document_id = ?1 ORDER BY position, id";
        document.blocks = self.bodies::<Block>(sql, [id.to_string()])?;
        Ok(document)
    }

    /// One document without its blocks: a long text is not read for what stands beside it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn document_without_blocks(&self, id: DocumentId) -> Result<Document, StoreError> {
        self.body("document", "SELECT body FROM document WHERE id = ?1", [id.to_string()])
    }

    /// When a document was last saved.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn document_saved_at(&self, id: DocumentId) -> Result<Timestamp, StoreError> {
        self.conn
            .prepare_cached("SELECT saved_at_ms FROM document WHERE id = ?1")?
            .query_row([id.to_string()], |row| row.get(0))
            .optional()?
            .map(Timestamp::from_ms)
            .ok_or(StoreError::NotFound("document"))
    }

    /// Documents of a case without their blocks, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn documents_of(&self, case: CaseId) -> Result<Vec<Document>, StoreError> {
        let sql = "SELECT body FROM document WHERE case_id = ?1 ORDER BY created_at_ms, id";
        self.bodies(sql, [case.to_string()])
    }

    /// All documents without their blocks, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn documents(&self) -> Result<Vec<Document>, StoreError> {
        self.bodies("SELECT body FROM document ORDER BY created_at_ms DESC, id DESC", [])
    }

    /// Proofs of a document's exports, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn certificates_of(&self, id: DocumentId) -> Result<Vec<Certificate>, StoreError> {
        let sql =
            "SELECT body FROM certificate WHERE document_id = ?1 ORDER BY at_ms DESC, entry DESC";
        self.bodies(sql, [id.to_string()])
    }

    /// The signed file with a hash, when this desk wrote it or took it in.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn signed_file(&self, hash: Digest) -> Result<Option<KeptFile>, StoreError> {
        let sql = "SELECT body FROM signed_file WHERE hash = ?1";
        Ok(self.bodies(sql, [hash.to_string()])?.pop())
    }

    /// Signed files of a kind, oldest first, with when this desk signed them or took them in.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn signed_files(&self, kind: FileKind) -> Result<Vec<(Timestamp, KeptFile)>, StoreError> {
        let sql = "SELECT at_ms, body FROM signed_file WHERE kind = ?1 ORDER BY at_ms, id";
        self.dated_files(sql, [kind.word()])
    }

    /// The same, of one kind about one thing, as in [`farol_model::signed::Says::about`].
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn signed_files_about(
        &self,
        kind: FileKind,
        about: &str,
    ) -> Result<Vec<(Timestamp, KeptFile)>, StoreError> {
        let sql = "SELECT at_ms, body FROM signed_file WHERE kind = ?1 AND about = ?2
                   ORDER BY at_ms, id";
        self.dated_files(sql, [kind.word(), about])
    }

    fn dated_files(
        &self,
        sql: &str,
        params: impl Params,
    ) -> Result<Vec<(Timestamp, KeptFile)>, StoreError> {
        let mut query = self.conn.prepare_cached(sql)?;
        let rows =
            query.query_map(params, |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
        rows.map(|row| {
            let (at_ms, body) = row?;
            Ok((Timestamp::from_ms(at_ms), parse(&body)?))
        })
        .collect()
    }

    /// The hash of an entry: it stands for the entry and everything before it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn entry_hash(&self, id: EntryId) -> Result<Digest, StoreError> {
        let hash: Vec<u8> = self
            .conn
            .prepare_cached("SELECT hash FROM entry WHERE id = ?1")?
            .query_row([id.to_string()], |row| row.get(0))
            .optional()?
            .ok_or(StoreError::NotFound("entry"))?;
        hash.try_into().map(Digest).map_err(|_| StoreError::Unreadable("hash"))
    }

    /// The last entry of the journal.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] in a vault without entries.
    pub fn head(&self) -> Result<EntryId, StoreError> {
        let id: String = self
            .conn
            .prepare_cached("SELECT id FROM entry ORDER BY rowid DESC LIMIT 1")?
            .query_row([], |row| row.get(0))
            .optional()?
            .ok_or(StoreError::NotFound("entry"))?;
        id_of(&id)
    }

    /// The entries of a case and of its reports, oldest first, opened.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] when a body does not open.
    pub fn story(&self, case: CaseId) -> Result<Vec<Entry>, StoreError> {
        opened(self.conn.prepare_cached(STORY)?.query([case.to_string()])?)
    }

    /// The entries that were committed together with this one, oldest first, opened; none when some of
    /// them are not here, because they are about another case of another desk, or were erased.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Unreadable`] when a body does not open.
    pub fn commit_of(&self, entry: EntryId) -> Result<Option<Vec<Entry>>, StoreError> {
        let mut range = self.conn.prepare_cached(
            "SELECT desk,
                    (SELECT coalesce(max(n), 0) FROM signature WHERE desk = it.desk AND n < it.n),
                    (SELECT min(n) FROM signature WHERE desk = it.desk AND n >= it.n)
             FROM entry AS it WHERE id = ?1",
        )?;
        let range = range.query_row([entry.to_string()], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, u32>(1)?, row.get::<_, u32>(2)?))
        });
        let (desk, after, to) = range.optional()?.ok_or(StoreError::NotFound("entry"))?;
        let mut query = self.conn.prepare_cached(
            "SELECT entry.id, entry.desk, entry.n, at_ms, actor, case_id, action, body, seal.key
             FROM entry JOIN seal ON seal.id = entry.sealed_with
             WHERE entry.desk = ?1 AND entry.n > ?2 AND entry.n <= ?3 ORDER BY entry.n",
        )?;
        let entries = opened(query.query(params![desk, after, to])?)?;
        Ok((entries.len() == (to - after) as usize).then_some(entries))
    }

    /// What a query finds: the best first, or the newest when there are very many.
    ///
    /// # Errors
    /// When the database cannot be read; no query is wrong.
    pub fn search(&self, query: &Query) -> Result<Hits, StoreError> {
        search::search(self.conn, query)
    }

    /// Checks the whole journal: numbers, hashes, signatures, bodies, and the bytes it names.
    ///
    /// # Errors
    /// When the database cannot be read; a wrong entry is a finding, not an error.
    pub fn verify(&self) -> Result<verify::Verification, StoreError> {
        self.verify_from(&[])
    }

    /// The same, and that the journal goes on from every head that is remembered elsewhere.
    ///
    /// # Errors
    /// When the database cannot be read; a changed entry is a finding, not an error.
    pub fn verify_from(
        &self,
        anchors: &[verify::Anchor],
    ) -> Result<verify::Verification, StoreError> {
        self.verify_watched(anchors, &mut |_, _| true)
    }

    /// The same; `go_on` is told how much of how much was read, and ends it by saying no.
    ///
    /// # Errors
    /// When the database cannot be read; [`StoreError::Stopped`].
    pub fn verify_watched(
        &self,
        anchors: &[verify::Anchor],
        go_on: &mut dyn FnMut(u32, u32) -> bool,
    ) -> Result<verify::Verification, StoreError> {
        verify::verify_all(self.checked()?, anchors, go_on)
    }

    /// Checks the chain alone: all numbers and hashes, of the signatures the newest, and that it goes on
    /// from every head that is remembered elsewhere.
    ///
    /// # Errors
    /// When the database cannot be read; a changed entry is a finding, not an error.
    pub fn verify_chain(
        &self,
        anchors: &[verify::Anchor],
    ) -> Result<verify::Verification, StoreError> {
        verify::verify_chain(self.checked()?, anchors)
    }

    fn checked(&self) -> Result<verify::Checked<'a>, StoreError> {
        let beside = self.store.map(Store::reading_connection).transpose()?;
        Ok(verify::Checked { conn: self.conn, beside })
    }

    fn bodies<T: DeserializeOwned>(
        &self,
        sql: &str,
        params: impl Params,
    ) -> Result<Vec<T>, StoreError> {
        let mut query = self.conn.prepare_cached(sql)?;
        let rows = query.query_map(params, |row| row.get::<_, String>(0))?;
        rows.map(|body| parse(&body?)).collect()
    }

    fn body<T: DeserializeOwned>(
        &self,
        what: &'static str,
        sql: &str,
        params: impl Params,
    ) -> Result<T, StoreError> {
        self.bodies(sql, params)?.pop().ok_or(StoreError::NotFound(what))
    }
}

pub(crate) fn parse<T: DeserializeOwned>(body: &str) -> Result<T, StoreError> {
    serde_json::from_str(body).map_err(|_| StoreError::Unreadable("record"))
}

/// An id in the one spelling that is written: another one would hide a row from whoever asks for it.
pub(crate) fn id_of<T: std::str::FromStr + ToString>(text: &str) -> Result<T, StoreError> {
    let id: Option<T> = text.parse().ok();
    id.filter(|it| it.to_string() == text).ok_or(StoreError::Unreadable("id"))
}

pub(crate) fn kind_of(word: &str) -> Result<ObservableKind, StoreError> {
    use ObservableKind as Kind;
    [Kind::Url, Kind::Host, Kind::Domain, Kind::Ip, Kind::Mail]
        .into_iter()
        .find(|it| it.word() == word)
        .ok_or(StoreError::Unreadable("observable"))
}

/// The header in a row that begins `id, desk, n, at_ms, actor, case_id, action`.
pub(crate) fn header(row: &rusqlite::Row<'_>) -> Result<EntryHeader, StoreError> {
    let case: Option<String> = row.get(5)?;
    Ok(EntryHeader {
        id: id_of(&row.get::<_, String>(0)?)?,
        desk: id_of::<DeskId>(&row.get::<_, String>(1)?)?,
        n: row.get(2)?,
        at: Timestamp::from_ms(row.get(3)?),
        actor: id_of(&row.get::<_, String>(4)?)?,
        case: case.as_deref().map(id_of).transpose()?,
        action: row.get(6)?,
    })
}

fn opened(mut rows: rusqlite::Rows<'_>) -> Result<Vec<Entry>, StoreError> {
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let header = header(row)?;
        let body: Vec<u8> = row.get(7)?;
        let key = Zeroizing::new(row.get::<_, Vec<u8>>(8)?);
        entries.push(open(header, &body, &key)?);
    }
    Ok(entries)
}

/// The key of a seal; none when there is none, or none any more.
pub(crate) fn seal_key(conn: &Connection, seal: &str) -> Result<Option<Key>, StoreError> {
    let key: Option<Vec<u8>> = conn
        .prepare_cached("SELECT key FROM seal WHERE id = ?1")?
        .query_row([seal], |row| row.get(0))
        .optional()?;
    key.map(Zeroizing::new)
        .map(|bytes| Key::from_slice(&bytes).ok_or(StoreError::Unreadable("seal")))
        .transpose()
}

/// Opens the body of an entry with its seal's key.
pub(crate) fn open(header: EntryHeader, body: &[u8], key: &[u8]) -> Result<Entry, StoreError> {
    let plain = unseal(&header, body, key)?;
    let action: Action =
        serde_json::from_slice(&plain).map_err(|_| StoreError::Unreadable("entry"))?;
    Ok(Entry { header, action })
}

/// The JSON of an entry's action.
pub(crate) fn unseal(
    header: &EntryHeader,
    body: &[u8],
    key: &[u8],
) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    Key::from_slice(key)
        .and_then(|key| key.open(body, header.id.0.as_bytes()))
        .map(Zeroizing::new)
        .ok_or(StoreError::Unreadable("entry"))
}
