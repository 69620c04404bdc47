-- What was said of a child's photo-days, month by month of age: kept under a fingerprint of all
-- that decides it, so that a month in which nothing changed is never computed twice. `view` is
-- what the child was compared with and how; there is one set of days for each.
CREATE SEQUENCE month_ids;

CREATE TABLE kept_months (
    month_id INTEGER NOT NULL,
    child_id INTEGER NOT NULL,
    embedder_id VARCHAR NOT NULL,
    view VARCHAR NOT NULL,
    age_months INTEGER NOT NULL,
    fingerprint VARCHAR NOT NULL,
    made_at TIMESTAMP NOT NULL
);

-- `day` is days since 0001-01-01, proleptic (Python's ordinal), where the day is known; dates
-- known to a span of days have numbers of their own beyond those. `faces` and `draws` are those
-- behind the number.
CREATE TABLE kept_days (
    month_id INTEGER NOT NULL,
    day BIGINT NOT NULL,
    faces INTEGER NOT NULL,
    draws INTEGER NOT NULL,
    method VARCHAR NOT NULL,
    relative VARCHAR NOT NULL,
    value DOUBLE
);
