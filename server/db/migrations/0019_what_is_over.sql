-- A code that is said at a counter may be one that is over: without this all a store ever had was read for it.
CREATE INDEX reservations_code_over ON reservations (store_id, code)
    WHERE status IN ('out_for_delivery', 'collected', 'delivered', 'cancelled', 'expired', 'not_found');
-- Baskets that ended and still know where they should have gone: without this all that was cancelled lately was read.
CREATE INDEX reservations_basket ON reservations (status, expires_at) WHERE name = '' AND address IS NOT NULL;
