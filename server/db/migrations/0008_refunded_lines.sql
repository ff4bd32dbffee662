-- What went back for named lines of an order, so that the same line is not paid back twice.

CREATE TABLE refunded_lines (
    order_id BIGINT NOT NULL REFERENCES orders (id),
    variant_id BIGINT NOT NULL REFERENCES variants (id),
    -- Of what the order charged for the lines of this variant, without a tax that was added; in minor units.
    value BIGINT NOT NULL CHECK (value > 0),
    PRIMARY KEY (order_id, variant_id)
);
