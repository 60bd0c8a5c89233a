-- Search: one row for each thing that can be found. Recomputed from the projections, never journalled.

CREATE TABLE search (
    id      INTEGER NOT NULL PRIMARY KEY,
    kind    TEXT NOT NULL,
    key     TEXT NOT NULL,               -- id of the thing, unique among its kind
    case_id TEXT,                        -- NULL for reports, which may be on several cases
    at_ms   INTEGER NOT NULL,
    UNIQUE (kind, key)
) STRICT;
CREATE INDEX search_by_case ON search (case_id, kind);

-- What is looked through (`title`, `body`: plain spelling) and, where it differs, what is shown
-- (`written_…`). Apart from `search`, so that filters never read texts.
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
-- Text that is deleted leaves the index too.
INSERT INTO search_piece (search_piece, rank) VALUES ('secure-delete', 1);
INSERT INTO search_word (search_word, rank) VALUES ('secure-delete', 1);

CREATE TRIGGER search_text_is_added AFTER INSERT ON search_text
BEGIN
    INSERT INTO search_piece (rowid, title, body) VALUES (new.id, new.title, new.body);
    INSERT INTO search_word (rowid, title, body) VALUES (new.id, new.title, new.body);
END;
CREATE TRIGGER search_text_is_removed AFTER DELETE ON search_text
BEGIN
    INSERT INTO search_piece (search_piece, rowid, title, body)
    VALUES ('delete', old.id, old.title, old.body);
    INSERT INTO search_word (search_word, rowid, title, body)
    VALUES ('delete', old.id, old.title, old.body);
END;
CREATE TRIGGER search_text_is_never_changed BEFORE UPDATE ON search_text
BEGIN SELECT RAISE(ABORT, 'remove the text and add the new one'); END;
