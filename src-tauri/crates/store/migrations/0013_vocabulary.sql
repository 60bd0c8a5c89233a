-- A rare word is found at once, what is written with every answer is short, and the names of customers
-- are read without reading cases.

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
INSERT INTO search_term_piece (search_term_piece, rank) VALUES ('secure-delete', 1);
CREATE TRIGGER search_term_is_added AFTER INSERT ON search_term
BEGIN INSERT INTO search_term_piece (rowid, term) VALUES (new.id, new.term); END;
CREATE TRIGGER search_term_is_removed AFTER DELETE ON search_term
BEGIN
    INSERT INTO search_term_piece (search_term_piece, rowid, term)
    VALUES ('delete', old.id, old.term);
END;

-- Twelve of 64 digits tell messages apart well enough: the pages that a thousand answers touch are a third.
DROP INDEX observation_by_wire;
CREATE INDEX observation_by_wire ON observation (substr(wire, 1, 12));

-- Our customers that cases name: what no other customer may read.
CREATE TABLE case_account (
    case_id TEXT NOT NULL,
    id      TEXT NOT NULL,
    name    TEXT NOT NULL,
    PRIMARY KEY (case_id, id, name)
) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO case_account (case_id, id, name)
SELECT case_.id, account.value ->> '$.id', account.value ->> '$.name'
FROM case_, json_each(case_.body, '$.facts.accounts') AS account;
