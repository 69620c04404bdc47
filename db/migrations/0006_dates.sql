-- Every clue to a photo's date, from wherever the photo was met. The date in `photos` is what they
-- come to together with what the user decided, whichever came first.
CREATE TABLE date_clues (
    photo_id INTEGER NOT NULL,
    source VARCHAR NOT NULL,
    label VARCHAR NOT NULL,
    raw VARCHAR NOT NULL,
    earliest DATE,
    latest DATE,
    taken_at TIMESTAMP,
    zone VARCHAR
);

-- What the user said of dates. Each `tracker dates set` is a batch, and taken back as one; the
-- latest that was not taken back stands. Rows are only added, and marked.
CREATE SEQUENCE date_batch_ids;

CREATE TABLE date_decisions (
    batch_id INTEGER NOT NULL,
    photo_id INTEGER NOT NULL,
    raw VARCHAR NOT NULL,
    earliest DATE,
    latest DATE,
    taken_at TIMESTAMP,
    zone VARCHAR,
    made_at TIMESTAMP NOT NULL,
    undone_at TIMESTAMP
);

ALTER TABLE photos ADD COLUMN date_zone VARCHAR;

INSERT INTO date_clues
SELECT photo_id, date_source,
    CASE date_source
        WHEN 'exif' THEN 'EXIF'
        WHEN 'filename' THEN 'the file''s name'
        ELSE '--date'
    END,
    date_raw, earliest, latest, taken_at, NULL
FROM photos WHERE earliest IS NOT NULL;
