-- Then and now, sightings, and the message ids by which an answer finds the response that it is to.

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

-- What people saw at addresses.
CREATE TABLE sighting (
    id      TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL,
    at_ms   INTEGER NOT NULL,            -- when they looked
    body    TEXT NOT NULL
) STRICT;
CREATE INDEX sighting_of_case ON sighting (case_id, at_ms);

-- An answer finds the response that it is to by the message id under which that went out.
CREATE INDEX document_by_message ON document (json_extract(body, '$.sent.message_id'));
