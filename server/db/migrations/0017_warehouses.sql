-- A place that sends things and that nobody visits, and how many orders a quarter of an hour takes at each store.

ALTER TABLE stores ADD COLUMN kind TEXT NOT NULL DEFAULT 'store' CHECK (kind IN ('store', 'warehouse'));
-- None: as many as the operator's setting says.
ALTER TABLE stores ADD COLUMN window_capacity BIGINT CHECK (window_capacity >= 1);
