-- Webhooks that were proven and are about a payment nobody here knows are kept for an operator to see; so many at most,
-- which are counted without looking at the others.

ALTER TABLE inbox ADD COLUMN known BIGINT NOT NULL DEFAULT 1 CHECK (known IN (0, 1));
CREATE INDEX inbox_strangers ON inbox (provider) WHERE known = 0;
