-- A statement that sets off a trigger begins a savepoint, and at each the full-text indexes write out what
-- they hold: text by text instead of once a commit. Whoever writes a text writes the indexes now.

DROP TRIGGER IF EXISTS search_text_is_added;
DROP TRIGGER IF EXISTS search_text_is_removed;
DROP TRIGGER IF EXISTS search_term_is_added;
DROP TRIGGER IF EXISTS search_term_is_removed;
