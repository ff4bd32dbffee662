-- What was promised, and what was not found of it.

-- When the promise was given: placed for the counter, paid, or said yes to. What was only held has none.
ALTER TABLE reservations ADD COLUMN confirmed_at BIGINT;
UPDATE reservations SET confirmed_at = placed_at
WHERE order_id IS NULL OR status NOT IN ('pending', 'cancelled', 'expired') OR picking_at IS NOT NULL
   OR ready_at IS NOT NULL;

-- Number of the reservation it was split off: these are what was not found of it.
ALTER TABLE reservations ADD COLUMN split_from TEXT;

-- When something was held in place of what was not found, or its money was set apart. Once.
ALTER TABLE reservations ADD COLUMN healed_at BIGINT;
UPDATE reservations SET healed_at = ended_at WHERE status = 'not_found' AND order_id IS NOT NULL;

CREATE INDEX reservations_split ON reservations (split_from) WHERE split_from IS NOT NULL;
CREATE INDEX reservations_offered ON reservations (offered_for) WHERE offered_for IS NOT NULL;
CREATE INDEX reservations_promised ON reservations (ready_by);
CREATE INDEX audit_trail_subject ON audit_trail (subject);
