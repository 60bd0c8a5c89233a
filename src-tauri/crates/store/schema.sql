-- The whole layout of a vault, as all migrations together leave it: for reading. No program runs this
-- file; a test compares it with a fresh vault (src/layout.rs). A change of the layout is a new file in
-- `migrations`, whose files never change, and the same change here.
--
-- Ids are UUIDv7 as text, instants are milliseconds after 1970 in UTC, `body` is JSON of a type in
-- farol-model. The file is encrypted as a whole (SQLCipher); seals are for erasing, not for secrecy.

-- The journal. Append-only; `n` counts from 1 on each desk without a gap.
CREATE TABLE entry (
    id          TEXT NOT NULL PRIMARY KEY, -- bound to `body` when it is sealed
    desk        TEXT NOT NULL,
    n           INTEGER NOT NULL,
    at_ms       INTEGER NOT NULL,        -- the clock of the desk, which a person can move
    actor       TEXT NOT NULL,           -- the member whose key signs the commit
    case_id     TEXT,                    -- NULL for the desk's own entries and for reports
    action      TEXT NOT NULL,           -- the action's word, so that a story needs no open bodies
    sealed_with TEXT NOT NULL,           -- the seal that opens `body`
    body        BLOB NOT NULL,           -- sealed JSON of the action, with before and after
    prev        BLOB NOT NULL,           -- hash of the entry before; 32 zero bytes at the start
    hash        BLOB NOT NULL,           -- SHA-256 of `prev` and the entry's digest (JOURNAL.md)
    UNIQUE (desk, n)
) STRICT;
CREATE INDEX entry_of_case ON entry (case_id, n);
CREATE INDEX entry_by_seal ON entry (sealed_with);
CREATE INDEX entry_of_disposed ON entry (case_id) WHERE action = 'drafts_disposed';

CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

-- One signature a commit, over the hash of its last entry.
CREATE TABLE signature (
    desk      TEXT NOT NULL,
    n         INTEGER NOT NULL,
    signature BLOB NOT NULL,             -- Ed25519, 64 bytes, by the actor of entry `n`
    PRIMARY KEY (desk, n)
) STRICT;

-- Entries of other desks of which only the digest is known, so that those that came with a bundle chain.
CREATE TABLE bare (
    desk   TEXT NOT NULL,
    n      INTEGER NOT NULL,
    digest BLOB NOT NULL,
    hash   BLOB NOT NULL,
    PRIMARY KEY (desk, n)
) STRICT, WITHOUT ROWID;

-- One key for each case, each document's drafts, each report, each signed file about no case, and the desk
-- itself; erasing a case deletes its key and those of its drafts, disposing of drafts deletes theirs.
CREATE TABLE seal (
    id  TEXT NOT NULL PRIMARY KEY,       -- id of the case, the document, the report, the file or the desk
    key BLOB NOT NULL                    -- 32 bytes for XChaCha20-Poly1305
) STRICT;

-- Bytes as they came: mails, files, and messages of look-ups, those of a batch together (JOURNAL.md).
-- Stored once by hash, named by entries.
CREATE TABLE original (
    hash  TEXT NOT NULL PRIMARY KEY,     -- SHA-256, hex
    size  INTEGER NOT NULL,              -- bytes
    bytes BLOB NOT NULL
) STRICT;

-- Originals of files that are still coming in; what is left of a file that never came whole is taken
-- away when the vault is opened.
CREATE TABLE arriving (
    file     TEXT NOT NULL,              -- an id that only this coming-in has
    original TEXT NOT NULL,
    PRIMARY KEY (file, original)
) STRICT;

-- From here on: projections. Rebuilt from the journal at any time; `body` is JSON of the model.

-- One row: what kind of vault this is.
CREATE TABLE vault (
    practice INTEGER NOT NULL            -- 1 for practice, for ever
) STRICT;

-- People with a signing key of their own.
CREATE TABLE member (
    id   TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL
) STRICT;

-- What came in.
CREATE TABLE report (
    id             TEXT NOT NULL PRIMARY KEY,
    received_at_ms INTEGER NOT NULL,
    original       TEXT NOT NULL,        -- `original.hash` of the bytes as they came
    message_id     TEXT,                 -- by which a reply finds its way back
    body           TEXT NOT NULL
) STRICT;
CREATE INDEX report_by_original ON report (original);
CREATE INDEX report_by_message ON report (message_id);

-- What we handle; `case` alone is a word of SQL.
CREATE TABLE case_ (
    id           TEXT NOT NULL PRIMARY KEY,
    year         INTEGER NOT NULL,       -- with `number` the reference ESC-2026-0042
    number       INTEGER NOT NULL,
    opened_at_ms INTEGER NOT NULL,
    status       TEXT NOT NULL,
    body         TEXT NOT NULL,
    UNIQUE (year, number)
) STRICT;
CREATE INDEX case_by_status ON case_ (status);

-- Which reports are on which cases; either may have several.
CREATE TABLE case_report (
    case_id   TEXT NOT NULL,
    report_id TEXT NOT NULL,
    PRIMARY KEY (case_id, report_id)
) STRICT;
CREATE INDEX report_of_case ON case_report (report_id);

-- Values that a person added to a case; what reports name stands in the reports.
CREATE TABLE observable (
    case_id TEXT NOT NULL,
    kind    TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (case_id, kind, value)
) STRICT;

-- Values that a report asks us to act on, each with its own outcome.
CREATE TABLE target (
    case_id TEXT NOT NULL,
    kind    TEXT NOT NULL,
    value   TEXT NOT NULL,
    outcome TEXT NOT NULL,
    body    TEXT NOT NULL,
    PRIMARY KEY (case_id, kind, value)
) STRICT;

-- Named deadlines.
CREATE TABLE clock (
    id      TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL,
    running INTEGER NOT NULL,            -- 0 once it is stopped; a pause is not a stop
    body    TEXT NOT NULL
) STRICT;
CREATE INDEX clock_of_case ON clock (case_id);

-- What somebody wrote down; a note that was taken back is in the journal only.
CREATE TABLE note (
    id      TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL,
    at_ms   INTEGER NOT NULL,
    body    TEXT NOT NULL
) STRICT;
CREATE INDEX note_of_case ON note (case_id, at_ms);

-- Answers from the world; a refusal or no answer at all is one, too.
CREATE TABLE observation (
    id          TEXT NOT NULL PRIMARY KEY,
    case_id     TEXT NOT NULL,
    asked_at_ms INTEGER NOT NULL,
    original    TEXT,                    -- `original.hash` of what has the message; NULL when none came
    body        TEXT NOT NULL
) STRICT;
CREATE INDEX observation_of_case ON observation (case_id, asked_at_ms);
-- Twelve of 64 digits tell them apart well enough, and keep what is written with every answer short.
CREATE INDEX observation_by_original ON observation (substr(original, 1, 12));
CREATE INDEX observation_by_time ON observation (asked_at_ms);

-- Files that cases rest on, with their custody.
CREATE TABLE evidence (
    id      TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL,
    at_ms   INTEGER NOT NULL,            -- when it came in
    body    TEXT NOT NULL
) STRICT;
CREATE INDEX evidence_of_case ON evidence (case_id, at_ms);

-- The originals a file is made of, 1 MiB each; none once it was destroyed.
CREATE TABLE evidence_piece (
    evidence_id TEXT NOT NULL,
    n           INTEGER NOT NULL,        -- counts from 0
    original    TEXT NOT NULL,
    PRIMARY KEY (evidence_id, n)
) STRICT;
CREATE INDEX evidence_piece_by_original ON evidence_piece (original);

-- What people saw at addresses.
CREATE TABLE sighting (
    id      TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL,
    at_ms   INTEGER NOT NULL,            -- when they looked
    body    TEXT NOT NULL
) STRICT;
CREATE INDEX sighting_of_case ON sighting (case_id, at_ms);

-- What was decided about a target, and why.
CREATE TABLE decision (
    id      TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL,
    at_ms   INTEGER NOT NULL,
    body    TEXT NOT NULL
) STRICT;
CREATE INDEX decision_of_case ON decision (case_id, at_ms);

-- What was done about it.
CREATE TABLE mitigation (
    id      TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL,
    at_ms   INTEGER NOT NULL,            -- of its first step
    state   TEXT NOT NULL,               -- of its last step
    body    TEXT NOT NULL
) STRICT;
CREATE INDEX mitigation_of_case ON mitigation (case_id, at_ms);

-- A document without its blocks; they stand in `block`.
CREATE TABLE document (
    id            TEXT NOT NULL PRIMARY KEY,
    case_id       TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    saved_at_ms   INTEGER NOT NULL,      -- of the last entry that changed it
    body          TEXT NOT NULL
) STRICT;
CREATE INDEX document_of_case ON document (case_id, created_at_ms);
CREATE INDEX document_by_message ON document (json_extract(body, '$.sent.message_id'));

-- The paragraphs, lists and tables of a document, each with its audience.
CREATE TABLE block (
    id          TEXT NOT NULL,
    document_id TEXT NOT NULL,
    position    INTEGER NOT NULL,
    body        TEXT NOT NULL,
    PRIMARY KEY (document_id, id)
) STRICT;

-- The proof that goes with each exported document.
CREATE TABLE certificate (
    entry       TEXT NOT NULL PRIMARY KEY, -- the entry that recorded the export
    document_id TEXT NOT NULL,
    at_ms       INTEGER NOT NULL,
    body        TEXT NOT NULL
) STRICT;
CREATE INDEX certificate_of_document ON certificate (document_id, at_ms);

-- Signed files that this desk wrote or took in: requests for approval and answers, handovers and
-- receipts. Each is answered and taken in once.
CREATE TABLE signed_file (
    id      TEXT NOT NULL PRIMARY KEY,
    hash    TEXT NOT NULL UNIQUE,        -- SHA-256 of what was signed, hex
    kind    TEXT NOT NULL,
    about   TEXT NOT NULL,               -- what it asks to approve, or the hash of the file it answers
    case_id TEXT,                        -- NULL when it is about no case of this desk
    at_ms   INTEGER NOT NULL,            -- when this desk signed it or took it in
    body    TEXT NOT NULL
) STRICT;
CREATE INDEX signed_file_about ON signed_file (kind, about, at_ms);

-- Cases that must be kept whatever the rules say.
CREATE TABLE hold (
    case_id TEXT NOT NULL PRIMARY KEY,
    body    TEXT NOT NULL
) STRICT;

-- When closed cases were closed.
CREATE TABLE closing (
    case_id TEXT NOT NULL PRIMARY KEY,
    at_ms   INTEGER NOT NULL
) STRICT;

-- One row for each erased case.
CREATE TABLE tombstone (
    case_id TEXT NOT NULL PRIMARY KEY,
    year    INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    body    TEXT NOT NULL
) STRICT;

-- At most one row: the team's rules, when they are not those that ship.
CREATE TABLE retention (
    body TEXT NOT NULL
) STRICT;

-- What the team set for itself, one row for each thing; what it did not set is as it ships.
CREATE TABLE team (
    key  TEXT NOT NULL PRIMARY KEY,      -- team, or template and its id
    body TEXT NOT NULL
) STRICT;

-- The numbers here of cases whose own number is another case's.
CREATE TABLE renumbered (
    case_id TEXT NOT NULL PRIMARY KEY,
    year    INTEGER NOT NULL,
    number  INTEGER NOT NULL
) STRICT;

-- Facts that two desks changed without knowing of each other.
CREATE TABLE conflict (
    owner TEXT NOT NULL,                 -- the case, or the report
    key   TEXT NOT NULL,
    body  TEXT NOT NULL,
    PRIMARY KEY (owner, key)
) STRICT;

-- Our customers that cases name: what no other customer may read.
CREATE TABLE case_account (
    case_id TEXT NOT NULL,
    id      TEXT NOT NULL,
    name    TEXT NOT NULL,
    PRIMARY KEY (case_id, id, name)
) STRICT, WITHOUT ROWID;

-- What lists choose and sort cases by; one row for each.
CREATE TABLE case_line (
    case_id      TEXT NOT NULL PRIMARY KEY,
    closed       INTEGER NOT NULL,
    due_ms       INTEGER NOT NULL,       -- of the clock that runs out first; the largest number without one
    work_left    INTEGER NOT NULL,       -- 0 when it is on us, higher the less there is to do
    severity     INTEGER NOT NULL,       -- 0 is the worst
    opened_at_ms INTEGER NOT NULL,
    status       TEXT NOT NULL,
    category     TEXT NOT NULL,
    assignee     TEXT NOT NULL,          -- id of a member; empty when nobody has it
    n_targets    INTEGER NOT NULL,
    n_settled    INTEGER NOT NULL
) STRICT;
-- Each has what filters ask for, so that rows that are passed by are not read.
CREATE INDEX case_line_by_due ON case_line
    (closed, due_ms, work_left, severity, opened_at_ms, status, category, assignee);
CREATE INDEX case_line_by_opened ON case_line
    (opened_at_ms, closed, severity, status, category, assignee);
CREATE INDEX case_line_by_severity ON case_line
    (closed, severity, opened_at_ms, status, category, assignee);

-- Reports that no case has.
CREATE TABLE report_line (
    report_id      TEXT NOT NULL PRIMARY KEY,
    received_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX report_line_by_received ON report_line (received_at_ms, report_id);

-- The desk's own, never journalled: what left this computer, and what waits to leave it.

-- Questions that left and that no case keeps; the others are observations.
CREATE TABLE ledger (
    id    INTEGER NOT NULL PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    body  TEXT NOT NULL
) STRICT;
CREATE INDEX ledger_by_time ON ledger (at_ms);

-- Look-ups asked for while offline.
CREATE TABLE waiting_lookup (
    id      TEXT NOT NULL PRIMARY KEY,
    case_id TEXT,                        -- NULL when no case keeps the answers
    body    TEXT NOT NULL
) STRICT;
CREATE INDEX waiting_lookup_of_case ON waiting_lookup (case_id);

-- Lists of names that are looked up.
CREATE TABLE lookup_list (
    key          INTEGER NOT NULL PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    n_names      INTEGER NOT NULL,
    n_asked      INTEGER NOT NULL,
    n_subjects   INTEGER NOT NULL,
    n_registered INTEGER NOT NULL,
    body         TEXT NOT NULL
) STRICT;

-- The names of a list, with what filters and orders ask for: narrow, because whoever filters reads them all.
-- They are kept in the order in which they are asked, so that what is answered together is written together.
CREATE TABLE listed_name (
    list          INTEGER NOT NULL,
    n             INTEGER NOT NULL,      -- its number in that order, from 0
    place         INTEGER NOT NULL,      -- its place in the list as somebody gave it, from 0
    name          TEXT NOT NULL,
    subject       TEXT NOT NULL,         -- what a registry is asked about for it; empty for none
    asked         INTEGER NOT NULL,      -- 1 once its DNS questions ended
    registered    INTEGER NOT NULL,      -- 1 once a registry was asked
    outcome       TEXT NOT NULL,
    ours          INTEGER NOT NULL,
    registered_ms INTEGER,               -- when its domain was registered, when that is known
    PRIMARY KEY (list, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX listed_name_by_subject ON listed_name (list, subject);
CREATE INDEX listed_name_by_place ON listed_name (list, place);
CREATE INDEX listed_name_by_name ON listed_name (list, name);

-- What came of a name that was asked, and the observations about it with the bytes they were read from,
-- packed.
CREATE TABLE listed_line (
    id      INTEGER NOT NULL PRIMARY KEY,
    list    INTEGER NOT NULL,
    n       INTEGER NOT NULL,
    body    TEXT NOT NULL,
    answers BLOB NOT NULL,
    UNIQUE (list, n)
) STRICT;

-- What names show that others may show as well.
CREATE TABLE listed_sign (
    list   INTEGER NOT NULL,
    kind   TEXT NOT NULL,
    value  TEXT NOT NULL,
    n      INTEGER NOT NULL,
    common INTEGER NOT NULL,             -- 1 for what all customers of a provider show
    PRIMARY KEY (list, kind, value, n)
) STRICT, WITHOUT ROWID;

-- The cases that a name was brought from; their answers are kept on them, too.
CREATE TABLE listed_for (
    list    INTEGER NOT NULL,
    n       INTEGER NOT NULL,
    case_id TEXT NOT NULL,
    PRIMARY KEY (list, n, case_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX listed_for_case ON listed_for (case_id);

-- Observations about what several names share, packed.
CREATE TABLE listed_shared (
    id    INTEGER NOT NULL PRIMARY KEY,
    list  INTEGER NOT NULL,
    about TEXT NOT NULL,                 -- d: a domain, r: what a registry was asked about
    body  BLOB NOT NULL,
    UNIQUE (list, about)
) STRICT;

-- Hosts that are looked up again and again while the desk is open and online.
CREATE TABLE watch (
    id      TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL,
    body    TEXT NOT NULL
) STRICT;
CREATE INDEX watch_of_case ON watch (case_id);

-- What changed on a case and nobody has marked as seen.
CREATE TABLE notice (
    id      TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL,
    body    TEXT NOT NULL
) STRICT;
CREATE INDEX notice_of_case ON notice (case_id);

-- Who was judged to fill which role of a host, to say what other tables of networks change.
CREATE TABLE judged (
    case_id TEXT NOT NULL,
    host    TEXT NOT NULL,
    body    TEXT NOT NULL,
    PRIMARY KEY (case_id, host)
) STRICT;

-- Search, an index over the projections: one row for each thing that can be found. Recomputed from the projections, never journalled.

CREATE TABLE search (
    id      INTEGER NOT NULL PRIMARY KEY, -- grows with `at_ms`; its remainder by 16 is the kind's number
    kind    TEXT NOT NULL,
    key     TEXT NOT NULL,               -- id of the thing, unique among its kind
    case_id TEXT,                        -- NULL for reports, which may be on several cases
    at_ms   INTEGER NOT NULL,
    UNIQUE (kind, key)
) STRICT;
CREATE INDEX search_by_case ON search (case_id, kind);

-- What is looked through (`title`, `body`: plain spelling) and, where it differs, what is shown
-- (`written_…`). Apart from `search`, so that filters never read texts. Whoever writes a text writes its
-- indexes, too: set off by a trigger they would write out what they hold at every text, not once a commit.
CREATE TABLE search_text (
    id            INTEGER NOT NULL PRIMARY KEY,
    title         TEXT NOT NULL,
    body          TEXT NOT NULL,
    written_title TEXT,
    written_body  TEXT
) STRICT;

-- Pieces of three letters and more, anywhere.
CREATE VIRTUAL TABLE search_piece USING fts5 (
    title, body,
    content = 'search_text', content_rowid = 'id',
    tokenize = 'trigram remove_diacritics 1'
);
-- Whole words, beginnings and phrases; also what makes a whole word rank before a piece of one.
CREATE VIRTUAL TABLE search_word USING fts5 (
    title, body,
    content = 'search_text', content_rowid = 'id',
    tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2'
);
-- Both are set to `secure-delete` by the migration: text that is deleted leaves the index too.

-- Every word of `search_text`, once, in small letters.
CREATE TABLE search_term (
    id   INTEGER NOT NULL PRIMARY KEY,
    term TEXT NOT NULL UNIQUE
) STRICT;
-- What stands inside of them.
CREATE VIRTUAL TABLE search_term_piece USING fts5 (
    term,
    content = 'search_term', content_rowid = 'id',
    tokenize = 'trigram remove_diacritics 1'
);

CREATE TRIGGER search_text_is_never_changed BEFORE UPDATE ON search_text
BEGIN SELECT RAISE(ABORT, 'remove the text and add the new one'); END;
