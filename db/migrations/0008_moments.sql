-- How a picture looks, in 256 bits: pictures that look alike differ in few of them.
ALTER TABLE photos ADD COLUMN camera VARCHAR DEFAULT '';
ALTER TABLE photos ADD COLUMN looks BLOB;
ALTER TABLE photos ADD COLUMN orientation SMALLINT DEFAULT 1;

-- Photos of one moment: the same picture again ("copy"), or taken within seconds of each other
-- ("burst"). A photo that is alone in its moment is not here.
CREATE TABLE moments (
    photo_id INTEGER NOT NULL,
    moment_id INTEGER NOT NULL,
    kind VARCHAR NOT NULL
);
