-- Whose till gave money back for a line: a store's own gives back what that store hands over, and no more.

CREATE TABLE refunded_lines_by (
    order_id BIGINT NOT NULL REFERENCES orders (id),
    variant_id BIGINT NOT NULL REFERENCES variants (id),
    -- The store the token is bound to; 0: to none.
    store_id BIGINT NOT NULL,
    -- Of what the order charged for the lines of this variant, without a tax that was added; in minor units.
    value BIGINT NOT NULL CHECK (value > 0),
    PRIMARY KEY (order_id, variant_id, store_id)
);
INSERT INTO refunded_lines_by (order_id, variant_id, store_id, value)
SELECT order_id, variant_id, 0, value FROM refunded_lines;
DROP TABLE refunded_lines;
ALTER TABLE refunded_lines_by RENAME TO refunded_lines;
