-- Every reservation is entered in every index of its table, and most are no part of an order and wait for no transfer.

-- Nobody asks by this moment: promises are told from the one that was promised (0004).
DROP INDEX reservations_ready;
DROP INDEX reservations_order;
CREATE INDEX reservations_order ON reservations (order_id) WHERE order_id IS NOT NULL;
DROP INDEX reservations_source;
CREATE INDEX reservations_source ON reservations (source_id, status) WHERE source_id IS NOT NULL;
