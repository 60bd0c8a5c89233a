-- Search: ids that grow with the time of what they stand for, so that the newest are found first; and
-- what the world answered can be found, too. Everything is indexed again.

DROP TRIGGER search_text_is_removed;
INSERT INTO search_piece (search_piece) VALUES ('delete-all');
INSERT INTO search_word (search_word) VALUES ('delete-all');
DELETE FROM search_text;
DELETE FROM search;
CREATE TRIGGER search_text_is_removed AFTER DELETE ON search_text
BEGIN
    INSERT INTO search_piece (search_piece, rowid, title, body)
    VALUES ('delete', old.id, old.title, old.body);
    INSERT INTO search_word (search_word, rowid, title, body)
    VALUES ('delete', old.id, old.title, old.body);
END;
