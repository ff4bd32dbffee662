-- A place that sends things and that nobody visits; how many orders a quarter of an hour takes at each store; what was
-- taken off a price.

ALTER TABLE stores ADD COLUMN kind TEXT NOT NULL DEFAULT 'store' CHECK (kind IN ('store', 'warehouse'));
-- None: as many as the operator's setting says.
ALTER TABLE stores ADD COLUMN window_capacity BIGINT CHECK (window_capacity >= 1);

-- Of one piece, by name: JSON. The price is what is charged, with this taken off.
ALTER TABLE reservation_lines ADD COLUMN discounts TEXT NOT NULL DEFAULT '[]';
