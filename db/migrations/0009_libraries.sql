-- The folders that photos were taken from. `device` identifies the disk, as far as the system
-- tells; `seen_at` is when a walk through it last found it whole.
CREATE SEQUENCE root_ids;

CREATE TABLE roots (
    root_id INTEGER NOT NULL,
    path BLOB NOT NULL,
    shown VARCHAR NOT NULL,
    device VARCHAR NOT NULL,
    seen_at TIMESTAMP NOT NULL
);

-- A file that a walk through its folder no longer met; NULL while it is there.
ALTER TABLE photo_paths ADD COLUMN missing_since TIMESTAMP;

-- The files beside photos as they were when they were read.
CREATE TABLE sidecars (
    path BLOB NOT NULL,
    byte_size BIGINT NOT NULL,
    mtime_ns BIGINT NOT NULL
);
