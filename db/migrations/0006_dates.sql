-- Every clue to a photo's date, from wherever the photo was met. The date in `photos` is what they
-- come to together with what the user decided, whichever came first. Both ends are NULL where a
-- text names no day, `earliest` alone where only the end is known.
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
    latest DATE NOT NULL,
    made_at TIMESTAMP NOT NULL,
    undone_at TIMESTAMP
);

ALTER TABLE photos ADD COLUMN date_zone VARCHAR;

-- Until now the one clue that decided was kept. Which it was shows in how far it was trusted.
INSERT INTO date_clues
SELECT photo_id,
    CASE WHEN date_source = 'exif' AND date_confidence < 0.7 THEN 'modified' ELSE date_source END,
    CASE
        WHEN date_source = 'exif' AND date_confidence < 0.7 THEN 'EXIF DateTime'
        WHEN date_source = 'exif' AND date_confidence < 0.9 THEN 'EXIF DateTimeDigitized'
        WHEN date_source = 'exif' THEN 'EXIF DateTimeOriginal'
        WHEN date_source = 'filename' AND date_confidence < 0.5
            THEN 'the file''s name (when the screenshot was made)'
        WHEN date_source = 'filename' AND date_confidence < 0.7
            THEN 'the file''s name (when it was sent or saved)'
        WHEN date_source = 'filename' THEN 'the file''s name'
        ELSE '--date'
    END,
    date_raw, earliest, latest, taken_at, NULL
FROM photos WHERE earliest IS NOT NULL AND date_source IN ('exif', 'filename', 'option');
