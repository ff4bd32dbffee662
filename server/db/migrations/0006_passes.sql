-- Passes of people one names: a code of their own to say at the counter, and a link of their own of which only the
-- hash is kept. What ends a pass is written down with who ended it.

ALTER TABLE passes ADD COLUMN code TEXT;
ALTER TABLE passes ADD COLUMN link_hash TEXT;
-- owner, renewed, changed, collected, expired, ended; empty while it opens something.
ALTER TABLE passes ADD COLUMN revoked_by TEXT NOT NULL DEFAULT '';
CREATE INDEX passes_code ON passes (code) WHERE code IS NOT NULL;
CREATE INDEX passes_link ON passes (link_hash) WHERE link_hash IS NOT NULL;
