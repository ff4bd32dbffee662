-- A code that is said at a counter may be one that is over: without this all a store ever had was read for it.
CREATE INDEX reservations_code_over ON reservations (store_id, code)
    WHERE status IN ('out_for_delivery', 'collected', 'delivered', 'cancelled', 'expired', 'not_found');
