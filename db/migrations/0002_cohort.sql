-- People known to be unrelated, against whom a resemblance is held. They are nobody's family: they
-- have no name that a user gave, never appear among the people, and no face is ever proposed to be
-- theirs. `source` is the path that was added, `label` the folder or file under it that they were
-- taken from. `years` is their age in all of their photos; without it, it comes from the birth and
-- each photo's date.
CREATE SEQUENCE cohort_member_ids;

CREATE TABLE cohort_members (
    member_id INTEGER NOT NULL,
    source BLOB NOT NULL,
    label VARCHAR NOT NULL,
    sex VARCHAR,
    born_earliest DATE,
    born_latest DATE,
    years DOUBLE,
    added_at TIMESTAMP NOT NULL
);

-- A face may have been added from two places: taking out one leaves the other.
CREATE TABLE cohort_faces (
    member_id INTEGER NOT NULL,
    face_id BIGINT NOT NULL
);

-- Photos that came here with the cohort, and were never ingested as the family's.
CREATE TABLE cohort_photos (
    photo_id INTEGER NOT NULL
);

-- The family's photos: of those that show a stranger only the ones that show somebody known too.
CREATE VIEW own_photos AS
SELECT * FROM photos
WHERE photo_id NOT IN (
        SELECT photo_id FROM cohort_photos
        UNION ALL
        SELECT photo_id FROM faces SEMI JOIN cohort_faces USING (face_id))
    OR photo_id IN (SELECT photo_id FROM faces JOIN labels USING (face_id));
