-- Lists keep their names in the order in which they are asked, so that what is answered together is
-- written together; what came of a name stands in one row, and only what names share under words.

DROP INDEX listed_name_by_subject;
DROP INDEX listed_name_by_name;
-- A kill could leave signs of names that count as not asked.
DELETE FROM listed_sign WHERE EXISTS
(SELECT 1 FROM listed_name WHERE listed_name.list = listed_sign.list
 AND listed_name.n = listed_sign.n AND asked = 0);
ALTER TABLE listed_name RENAME TO listed_name_before;
CREATE TABLE listed_name (
    list          INTEGER NOT NULL,
    n             INTEGER NOT NULL,
    place         INTEGER NOT NULL,
    name          TEXT NOT NULL,
    subject       TEXT NOT NULL,
    asked         INTEGER NOT NULL,
    registered    INTEGER NOT NULL,
    outcome       TEXT NOT NULL,
    ours          INTEGER NOT NULL,
    registered_ms INTEGER,
    PRIMARY KEY (list, n)
) STRICT, WITHOUT ROWID;
INSERT INTO listed_name
SELECT list, n, n, name, subject, asked, registered, outcome, ours, registered_ms
FROM listed_name_before ORDER BY list, n;
CREATE INDEX listed_name_by_subject ON listed_name (list, subject);
CREATE INDEX listed_name_by_place ON listed_name (list, place);
CREATE INDEX listed_name_by_name ON listed_name (list, name);

CREATE TABLE listed_line (
    id      INTEGER NOT NULL PRIMARY KEY,
    list    INTEGER NOT NULL,
    n       INTEGER NOT NULL,
    body    TEXT NOT NULL,
    answers BLOB NOT NULL,
    UNIQUE (list, n)
) STRICT;
CREATE TABLE listed_shared (
    id    INTEGER NOT NULL PRIMARY KEY,
    list  INTEGER NOT NULL,
    about TEXT NOT NULL,
    body  BLOB NOT NULL,
    UNIQUE (list, about)
) STRICT;
INSERT INTO listed_line (list, n, body, answers)
SELECT was.list, was.n, was.body, answer.body
FROM listed_name_before AS was
JOIN listed_answer AS answer ON answer.list = was.list AND answer.about = 'h:' || was.name
WHERE was.outcome <> 'waiting' ORDER BY was.list, was.n;
INSERT INTO listed_shared (list, about, body)
SELECT list, about, body FROM listed_answer
WHERE substr(about, 1, 2) <> 'h:' ORDER BY list, about;
DROP TABLE listed_name_before;
DROP TABLE listed_answer;
