-- What the user answers of faces on the review page or with `tracker faces`: each answer, about one
-- face or many, is a batch and taken back as one. Nothing is rewritten: a batch that was taken back
-- is marked, and its rows no longer speak. Rows without a batch are said by an ingest or a tag, and
-- are never taken back this way.
--
-- `people` is what the batch changed of entries, as JSON: [{"person_id", "column", "before",
-- "after"}]; NULL for nothing. `date_batch` is the batch of `date_decisions` that it made, if any.
CREATE SEQUENCE decision_batch_ids;

CREATE TABLE decision_batches (
    batch_id INTEGER NOT NULL,
    words VARCHAR NOT NULL,
    made_at TIMESTAMP NOT NULL,
    undone_at TIMESTAMP,
    people VARCHAR,
    date_batch INTEGER
);

ALTER TABLE decisions ADD COLUMN batch_id INTEGER;

-- What was said and not taken back.
CREATE VIEW spoken AS
SELECT * FROM decisions
WHERE batch_id IS NULL
    OR batch_id NOT IN (SELECT batch_id FROM decision_batches WHERE undone_at IS NOT NULL);

-- What stands of all that was said, of the faces `asked` (NULL: of all). In order of rank:
--
-- 3  the user's answer about that very face (a batch), yes or no;
-- 2  the user's yes or no from elsewhere: a folder was given with --as;
-- 0  everything else.
--
-- Of one rank the latest stands. "Nobody" takes back what was said of the face before it, and never
-- what outranks it; after the user's "nobody" the tracker's guesses do not stand, after an answer of
-- "nobody" no folder's name does. A person merged away stands for the one they were merged into, a
-- removed one for nothing. Where a face was said to be the one entry and not to be the other, and
-- the two turn out to be one person, the yes stands.
--
-- `weight` orders what was said: bit 58 is set for the user's yes, bits 56 and 57 hold the rank, and
-- those below the number. The words themselves are joined last: over a million decisions that halves
-- the time.
CREATE MACRO standing_of(asked) AS TABLE
WITH told AS (
    SELECT face_id, person_id, state, source, decision_id, batch_id FROM spoken
    WHERE asked IS NULL OR face_id IN (SELECT unnest(asked))
),
said AS (
    SELECT face_id, person_id, source = 'user' AS by_user,
        decision_id + CASE
            WHEN source <> 'user' OR state NOT IN ('confirmed', 'rejected') THEN 0
            WHEN batch_id IS NULL THEN 2::BIGINT << 56
            ELSE 3::BIGINT << 56
        END AS weight,
        source = 'user' AND state = 'confirmed' AS yes
    FROM told WHERE person_id IS NOT NULL
),
of_entries AS (
    SELECT face_id, person_id, max(weight) AS weight, arg_max(by_user, weight) AS by_user,
        arg_max(yes, weight) AS yes
    FROM said
    GROUP BY face_id, person_id
),
of_people AS (
    SELECT e.face_id, coalesce(p.merged_into, p.person_id) AS person_id, e.by_user,
        weight + CASE WHEN yes THEN 1::BIGINT << 58 ELSE 0 END AS weight
    FROM of_entries e
    JOIN people p ON p.person_id = e.person_id
    JOIN people kept ON kept.person_id = coalesce(p.merged_into, p.person_id)
    WHERE NOT kept.removed
),
latest AS (
    SELECT face_id, person_id, max(weight) AS weight, arg_max(by_user, weight) AS by_user,
        (max(weight) >> 56) & 3 AS rank, max(weight) & ((1::BIGINT << 56) - 1) AS decision_id
    FROM of_people
    GROUP BY face_id, person_id
),
nobody AS (
    SELECT face_id,
        max(decision_id) FILTER (WHERE source = 'user' AND batch_id IS NOT NULL) AS answered,
        max(decision_id) FILTER (WHERE source = 'user') AS of_user,
        max(decision_id) AS of_anyone
    FROM told
    WHERE person_id IS NULL
    GROUP BY face_id
),
kept AS (
    SELECT l.person_id, weight, decision_id
    FROM latest l LEFT JOIN nobody n ON n.face_id = l.face_id
    WHERE CASE
        WHEN n.face_id IS NULL THEN true
        WHEN rank < 3 AND n.answered IS NOT NULL THEN false
        WHEN rank > 0 THEN n.of_user IS NULL OR decision_id > n.of_user
        WHEN NOT by_user AND n.of_user IS NOT NULL THEN false
        ELSE decision_id > n.of_anyone
    END
)
SELECT d.face_id, k.person_id, d.state, d.source, d.reason, d.similarity, d.embedder_key,
    d.decision_id, k.weight
FROM kept k JOIN decisions d ON d.decision_id = k.decision_id;

-- What the user's last "nobody" of each face was, where it stands: "rejected" for nobody they know,
-- "ignored" for no person at all (a statue, a poster). A name that was given later takes its place.
CREATE MACRO nobodies_of(asked) AS TABLE
WITH last AS (
    SELECT face_id AS of_face, max(decision_id) AS decision_id FROM spoken
    WHERE person_id IS NULL AND source = 'user'
        AND (asked IS NULL OR face_id IN (SELECT unnest(asked)))
    GROUP BY face_id
)
SELECT d.* FROM decisions d SEMI JOIN last USING (decision_id)
WHERE d.face_id NOT IN (
    SELECT s.face_id FROM standing_of((SELECT coalesce(list(of_face), []) FROM last)) s
    WHERE s.state <> 'rejected');

-- Who each of the faces `asked` is (NULL: of all): at most one row per face. A user's word before
-- the tracker's, an answer before a question, then the latest. The faces of a photo wait for someone
-- only until one of them is known to be that person. An ignored face is nobody's, and has a row.
CREATE MACRO labels_of(asked) AS TABLE
WITH around AS (
    SELECT CASE WHEN asked IS NULL THEN NULL ELSE (
        SELECT list(face_id) FROM faces WHERE photo_id IN (
            SELECT photo_id FROM faces WHERE face_id IN (SELECT unnest(asked)))) END AS ids
),
stands AS MATERIALIZED (
    SELECT face_id, person_id, state, weight, decision_id
    FROM standing_of((SELECT ids FROM around)) WHERE state <> 'rejected'
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
        & ((1::BIGINT << 56) - 1) AS decision_id
    FROM stands
    WHERE decision_id NOT IN (SELECT decision_id FROM moot)
        AND (asked IS NULL OR face_id IN (SELECT unnest(asked)))
    GROUP BY face_id
)
SELECT s.face_id, s.person_id, d.state, d.source, d.reason, d.similarity, d.embedder_key,
    decision_id
FROM best
JOIN stands s USING (decision_id)
JOIN decisions d USING (decision_id)
UNION ALL
SELECT face_id, NULL, state, source, reason, similarity, embedder_key, decision_id
FROM nobodies_of(asked) WHERE state = 'ignored';

CREATE OR REPLACE VIEW standing AS SELECT * FROM standing_of(NULL::BIGINT[]);
CREATE OR REPLACE VIEW labels AS SELECT * FROM labels_of(NULL::BIGINT[]);

-- As before, but that an ignored face makes no photo the family's.
CREATE OR REPLACE VIEW own_photos AS
SELECT * FROM photos
WHERE photo_id NOT IN (
        SELECT photo_id FROM cohort_photos
        UNION ALL
        SELECT photo_id FROM faces SEMI JOIN cohort_faces USING (face_id))
    OR photo_id IN (
        SELECT photo_id FROM faces JOIN labels USING (face_id) WHERE state <> 'ignored');
