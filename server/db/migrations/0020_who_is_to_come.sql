-- Whoever has something held is found among those alone who are still to come for it: an index that no other can be taken
-- for. Before there are statistics both engines take those of states, and read everything live in the shop for each batch.
UPDATE reservations SET ended_at = placed_at
    WHERE ended_at IS NULL AND status IN ('collected', 'delivered', 'cancelled', 'expired', 'not_found');
UPDATE reservations SET ended_at = NULL
    WHERE ended_at IS NOT NULL
      AND status IN ('pending', 'placed', 'picking', 'ready', 'in_transfer', 'out_for_delivery');
DROP INDEX reservations_shopper;
CREATE INDEX reservations_shopper ON reservations (shopper) WHERE ended_at IS NULL;
