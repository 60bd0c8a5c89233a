-- Drafts have a seal of their own, and what disposed of them is found without reading the journal.

CREATE INDEX entry_of_disposed ON entry (case_id) WHERE action = 'drafts_disposed';
