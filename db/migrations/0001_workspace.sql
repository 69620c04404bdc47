-- The workspace's first schema.
--
-- Tables that grow with the photos carry no PRIMARY KEY: DuckDB backs each with an index that is
-- held in memory and in the file. There is one writer, every insert is an anti-join, and
-- `tracker doctor` counts duplicates.

CREATE SEQUENCE photo_ids;
CREATE SEQUENCE person_ids;
CREATE SEQUENCE embedder_keys;
CREATE SEQUENCE decision_ids;
CREATE SEQUENCE run_ids;

-- A file's content. Both ends of the date are NULL when it is not known.
CREATE TABLE photos (
    photo_id INTEGER NOT NULL,
    sha256 VARCHAR NOT NULL,
    byte_size BIGINT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    format VARCHAR NOT NULL,
    earliest DATE,
    latest DATE,
    taken_at TIMESTAMP,
    date_source VARCHAR NOT NULL,
    date_confidence FLOAT NOT NULL,
    date_raw VARCHAR NOT NULL,
    date_conflicts VARCHAR[] NOT NULL
);

-- Where a content was seen. A path is bytes: a name need not be text. `shown` is for people.
CREATE TABLE photo_paths (
    path BLOB NOT NULL,
    shown VARCHAR NOT NULL,
    photo_id INTEGER NOT NULL,
    byte_size BIGINT NOT NULL,
    mtime_ns BIGINT NOT NULL,
    inode UBIGINT NOT NULL
);

CREATE TABLE rejections (
    path BLOB NOT NULL,
    shown VARCHAR NOT NULL,
    code VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    byte_size BIGINT NOT NULL,
    mtime_ns BIGINT NOT NULL,
    inode UBIGINT NOT NULL
);

-- One row per photo that a detector has searched, so that a photo without faces is not searched
-- again.
CREATE TABLE detections (
    photo_id INTEGER NOT NULL,
    detector VARCHAR NOT NULL,
    faces SMALLINT NOT NULL
);

CREATE TABLE faces (
    face_id BIGINT NOT NULL,
    photo_id INTEGER NOT NULL,
    detector VARCHAR NOT NULL,
    face_index SMALLINT NOT NULL,
    box FLOAT[4] NOT NULL,
    landmarks FLOAT[10] NOT NULL,
    confidence FLOAT NOT NULL,
    size_px FLOAT NOT NULL,
    sharpness FLOAT NOT NULL,
    yaw FLOAT NOT NULL
);

-- Each embedder's vectors are in a table of their own, `embeddings_<key>(face_id, vector
-- FLOAT[dim])`: the column's type holds the dimension, and no query reads another's vectors.
CREATE TABLE embedders (
    embedder_key SMALLINT PRIMARY KEY,
    embedder_id VARCHAR NOT NULL UNIQUE,
    dim INTEGER NOT NULL,
    alignment VARCHAR NOT NULL,
    licence VARCHAR NOT NULL,
    source VARCHAR NOT NULL
);

-- A person who was removed or merged keeps the row: the decisions about them are kept too.
CREATE TABLE people (
    person_id INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL,
    name_key VARCHAR NOT NULL,
    relation VARCHAR NOT NULL,
    born_earliest DATE,
    born_latest DATE,
    sex VARCHAR,
    merged_into INTEGER,
    removed BOOLEAN NOT NULL DEFAULT false
);

-- Append-only: what anybody ever said about a face. `person_id` NULL is "nobody".
CREATE TABLE decisions (
    decision_id BIGINT NOT NULL,
    face_id BIGINT NOT NULL,
    person_id INTEGER,
    state VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    similarity FLOAT,
    embedder_key SMALLINT,
    made_at TIMESTAMP NOT NULL
);

CREATE TABLE settings (
    key VARCHAR PRIMARY KEY,
    value VARCHAR NOT NULL
);

CREATE TABLE runs (
    run_id INTEGER PRIMARY KEY,
    fingerprint VARCHAR NOT NULL UNIQUE,
    child_id INTEGER NOT NULL,
    embedder_id VARCHAR NOT NULL,
    settings VARCHAR NOT NULL,
    columns VARCHAR NOT NULL,
    made_at TIMESTAMP NOT NULL
);

-- One row per number that a run gave. Columns a frame does not have are NULL.
CREATE TABLE run_values (
    run_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    frame VARCHAR,
    comparison VARCHAR,
    method VARCHAR,
    age_months INTEGER,
    age_label VARCHAR,
    relative VARCHAR,
    first VARCHAR,
    second VARCHAR,
    value DOUBLE,
    difference DOUBLE,
    low DOUBLE,
    high DOUBLE,
    lead DOUBLE,
    leader VARCHAR,
    faces INTEGER,
    photo_days INTEGER,
    draws INTEGER,
    note VARCHAR
);

-- What stands of all that was said. The user's yes or no about a face and a person outranks
-- everything else about the two, otherwise the latest stands. "Nobody" takes back what was said
-- of the face before it, the user's yes or no only if it is the user's itself; and after the
-- user's "nobody" the tracker's guesses do not stand. A person merged away stands for the one
-- they were merged into, a removed one for nothing.
--
-- `weight` orders what was said: its rank, then its number. The words themselves are joined last:
-- over a million decisions that halves the time.
CREATE VIEW standing AS
WITH said AS (
    SELECT
        d.face_id,
        coalesce(p.merged_into, p.person_id) AS person_id,
        d.source = 'user' AS by_user,
        d.decision_id + CASE
            WHEN d.source = 'user' AND d.state IN ('confirmed', 'rejected') THEN 1::BIGINT << 61
            ELSE 0
        END AS weight
    FROM decisions d
    JOIN people p ON p.person_id = d.person_id
    JOIN people kept ON kept.person_id = coalesce(p.merged_into, p.person_id)
    WHERE NOT kept.removed
),
nobody AS (
    SELECT face_id,
        max(decision_id) FILTER (WHERE source = 'user') AS of_user,
        max(decision_id) AS of_anyone
    FROM decisions
    WHERE person_id IS NULL
    GROUP BY face_id
),
latest AS (
    SELECT face_id, person_id, max(weight) AS weight, arg_max(by_user, weight) AS by_user
    FROM said
    GROUP BY face_id, person_id
),
kept AS (
    SELECT person_id, weight, weight & ((1::BIGINT << 61) - 1) AS decision_id
    FROM latest l LEFT JOIN nobody n ON n.face_id = l.face_id
    WHERE CASE
        WHEN n.face_id IS NULL THEN true
        WHEN weight >= 1::BIGINT << 61
            THEN n.of_user IS NULL OR weight & ((1::BIGINT << 61) - 1) > n.of_user
        WHEN NOT by_user AND n.of_user IS NOT NULL THEN false
        ELSE weight > n.of_anyone
    END
)
SELECT d.face_id, k.person_id, d.state, d.source, d.reason, d.similarity, d.embedder_key,
    d.decision_id, k.weight
FROM kept k JOIN decisions d USING (decision_id);

-- Who each face is: at most one row per face. A user's word before the tracker's, an answer
-- before a question, then the latest. The faces of a photo wait for someone only until one of
-- them is known to be that person.
CREATE VIEW labels AS
WITH stands AS MATERIALIZED (
    SELECT face_id, person_id, state, weight, decision_id FROM standing WHERE state <> 'rejected'
),
waits AS (
    SELECT decision_id, photo_id, person_id
    FROM stands JOIN faces USING (face_id) WHERE state = 'waiting'
),
told AS (
    SELECT f.photo_id, s.person_id
    FROM faces f
    JOIN stands s USING (face_id)
    WHERE s.state = 'confirmed' AND f.photo_id IN (SELECT photo_id FROM waits)
),
moot AS (
    SELECT decision_id FROM waits SEMI JOIN told USING (photo_id, person_id)
),
best AS (
    SELECT max(weight + CASE WHEN state = 'waiting' THEN 0 ELSE 1::BIGINT << 60 END)
        & ((1::BIGINT << 60) - 1) AS decision_id
    FROM stands
    WHERE decision_id NOT IN (SELECT decision_id FROM moot)
    GROUP BY face_id
)
SELECT s.face_id, s.person_id, d.state, d.source, d.reason, d.similarity, d.embedder_key,
    decision_id
FROM best
JOIN stands s USING (decision_id)
JOIN decisions d USING (decision_id);

-- The day from which age is counted: the middle of the days of which one is the birth.
CREATE MACRO reference_birth(born_earliest, born_latest) AS
    born_earliest + ((born_latest - born_earliest) // 2)::INTEGER;

-- Complete months of age on a day: NULL before the birth. `datesub` counts a month as complete
-- on its day of the month, or on the last day of a month that lacks it. A day that may be before
-- the birth or after it (both within the known bounds) is in the first month.
CREATE MACRO month_of_age(born_earliest, born_latest, day) AS
    CASE
        WHEN day >= reference_birth(born_earliest, born_latest)
            THEN datesub('month', reference_birth(born_earliest, born_latest), day)
        WHEN day >= born_earliest THEN 0
    END;
