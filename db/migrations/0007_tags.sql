-- Names that other programs gave to faces and photos. `origin` is the file that says so: the
-- photo's own, or one beside it. The box is in pixels of the upright photo, NULL where the name is
-- of the whole photo; `face_id` is the face it was found to be, NULL where none.
CREATE SEQUENCE tag_ids;

CREATE TABLE tags (
    tag_id BIGINT NOT NULL,
    photo_id INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    name_key VARCHAR NOT NULL,
    standard VARCHAR NOT NULL,
    program VARCHAR NOT NULL,
    origin VARCHAR NOT NULL,
    box FLOAT[4],
    face_id BIGINT
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
