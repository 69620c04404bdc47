-- How a picture looks, in 256 bits: pictures that look alike differ in few of them.
ALTER TABLE photos ADD COLUMN camera VARCHAR DEFAULT '';
ALTER TABLE photos ADD COLUMN looks BLOB;
ALTER TABLE photos ADD COLUMN orientation SMALLINT DEFAULT 1;

-- The photos whose looks have been held against those of all others here.
CREATE TABLE compared_looks (
    photo_id INTEGER NOT NULL
);

-- Every two photos that look alike, once. `bits` is by how many of the 256 they differ.
CREATE TABLE alike (
    photo_id INTEGER NOT NULL,
    other_id INTEGER NOT NULL,
    bits SMALLINT NOT NULL
);

-- Photos of one moment: the same picture again ("copy"), or taken within seconds of each other
-- ("burst"). A photo that is alone in its moment is not here. The id is made of the contents of
-- its photos: the same, whichever came first.
CREATE TABLE moments (
    photo_id INTEGER NOT NULL,
    moment_id BIGINT NOT NULL,
    kind VARCHAR NOT NULL
);
