-- What naming the faces of some photos came to, so that it is not done again while nothing that
-- it rests on has changed. `question` is a hash of what was asked, `told` of what was known.
CREATE TABLE kept_namings (
    question VARCHAR NOT NULL,
    told VARCHAR NOT NULL,
    outcome VARCHAR NOT NULL
);
