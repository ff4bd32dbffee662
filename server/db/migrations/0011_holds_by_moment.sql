-- A shelf that thousands want has thousands of holds: those that ran out are found without looking at the others, and
-- their sum is read from the index alone.
DROP INDEX holds_live;
CREATE INDEX holds_live ON holds (store_id, variant_id, expires_at, quantity) WHERE state = 'live';
