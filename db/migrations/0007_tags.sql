-- Names that other programs gave to faces and photos. `source` is the program, or where that is not
-- known the way it is written down: what a source says of a photo takes the place of what it said.
-- `boxes` are the readings of where the face is, four numbers each, as shares of the upright photo,
-- the likeliest first; empty where the name is of the whole photo. `face_id` is the face it was
-- found to be, NULL where none; `outcome` is a word for what came of it, '' until it was tried.
CREATE SEQUENCE tag_ids;

CREATE TABLE tags (
    tag_id BIGINT NOT NULL,
    photo_id INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    name_key VARCHAR NOT NULL,
    standard VARCHAR NOT NULL,
    program VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    boxes FLOAT[] NOT NULL,
    face_id BIGINT,
    outcome VARCHAR NOT NULL
);

-- Who those names are. The latest answer to a name that was not taken back stands: a person, or
-- nobody of this family (`person_id` NULL).
CREATE SEQUENCE tag_answer_ids;

CREATE TABLE tag_answers (
    answer_id INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    name_key VARCHAR NOT NULL,
    person_id INTEGER,
    made_at TIMESTAMP NOT NULL,
    undone_at TIMESTAMP
);

CREATE VIEW standing_tag_answers AS
SELECT a.answer_id, a.name, a.name_key, p.person_id, coalesce(p.removed, false) AS removed
FROM tag_answers a
SEMI JOIN (
    SELECT max(answer_id) AS answer_id FROM tag_answers WHERE undone_at IS NULL GROUP BY name_key
) USING (answer_id)
LEFT JOIN people given ON given.person_id = a.person_id
LEFT JOIN people p ON p.person_id = coalesce(given.merged_into, given.person_id);

-- The photos whose tags were settled, with a fingerprint of all that this rests on.
CREATE TABLE settled_tags (
    photo_id INTEGER NOT NULL,
    told UBIGINT NOT NULL
);
