-- What a report printed, and which files it wrote where, under a fingerprint of all that went in:
-- as long as that holds, there is nothing to make anew.
CREATE TABLE kept_reports (
    folder BLOB PRIMARY KEY,
    fingerprint VARCHAR NOT NULL,
    printed VARCHAR NOT NULL,
    files VARCHAR NOT NULL,
    made_at TIMESTAMP NOT NULL
);
