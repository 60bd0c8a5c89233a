-- What the team set for itself, one row for each thing: who approves as legal, and what follows.

CREATE TABLE team (
    key  TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL
) STRICT;
