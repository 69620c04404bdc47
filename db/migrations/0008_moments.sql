-- How a picture looks, in 256 bits: pictures that look alike differ in few of them.
ALTER TABLE photos ADD COLUMN camera VARCHAR DEFAULT '';
ALTER TABLE photos ADD COLUMN looks BLOB;
-- EXIF's, 1 to 8; 0 for photos that were stored before it was kept.
ALTER TABLE photos ADD COLUMN orientation SMALLINT DEFAULT 0;

-- The photos whose looks have been held against those of all others here, and how many of these
-- look alike.
CREATE TABLE compared_looks (
    photo_id INTEGER NOT NULL,
    partners INTEGER NOT NULL
);

-- Every two photos that look alike, once. `bits` is by how many of the 256 they differ. Photos that
-- look like very many others, as the pictures of a film do, are not here.
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
