-- No statement asks for it. By itself: who places an order on an older node locks orders first and reservations after them.
DROP INDEX orders_placed;
