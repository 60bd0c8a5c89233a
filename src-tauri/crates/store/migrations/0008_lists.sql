-- Lists: a part of a list, a filter or another order is one walk along an index, however many cases there are.

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
