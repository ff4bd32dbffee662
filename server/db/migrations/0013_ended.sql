-- The newest that ended at a store, for its board: without this all that ever ended there were read and sorted.

CREATE INDEX reservations_ended ON reservations (store_id, ended_at) WHERE ended_at IS NOT NULL AND replaced = 0;
