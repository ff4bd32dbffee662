-- Orders: what is paid together and got in groups. Each group is fulfilled by a reservation, so that a store works
-- on one kind of thing however it was asked for.

CREATE TABLE orders (
    id {serial},
    number TEXT NOT NULL UNIQUE,
    token_hash TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT,
    phone TEXT,
    lang TEXT NOT NULL,
    shopper TEXT NOT NULL,
    -- Who takes the money; none: the till.
    provider TEXT,
    currency TEXT NOT NULL,
    subtotal BIGINT NOT NULL CHECK (subtotal >= 0),
    fees BIGINT NOT NULL CHECK (fees >= 0),
    tax BIGINT NOT NULL CHECK (tax >= 0),
    tax_included BIGINT NOT NULL CHECK (tax_included IN (0, 1)),
    total BIGINT NOT NULL CHECK (total >= 0),
    -- Who else may collect.
    proxy TEXT,
    placed_at BIGINT NOT NULL,
    -- Until when it is held for paying.
    held_until BIGINT,
    extended BIGINT NOT NULL CHECK (extended IN (0, 1)),
    settled_at BIGINT,
    -- Grows with every change, so that two changes at once cannot both be made on what was read before.
    version BIGINT NOT NULL
);
CREATE INDEX orders_placed ON orders (placed_at);

ALTER TABLE reservations ADD COLUMN order_id BIGINT REFERENCES orders (id);
ALTER TABLE reservations ADD COLUMN way TEXT NOT NULL DEFAULT 'collect'
    CHECK (way IN ('collect', 'curbside', 'transfer', 'delivery'));
-- Where the stock comes from, if not from the store that hands it over.
ALTER TABLE reservations ADD COLUMN source_id BIGINT REFERENCES stores (id);
ALTER TABLE reservations ADD COLUMN address TEXT;
ALTER TABLE reservations ADD COLUMN window_at BIGINT;
ALTER TABLE reservations ADD COLUMN fee BIGINT NOT NULL DEFAULT 0;
-- What its shopper pays more than lines and fee, where tax is added.
ALTER TABLE reservations ADD COLUMN tax BIGINT NOT NULL DEFAULT 0;
ALTER TABLE reservations ADD COLUMN asked BIGINT NOT NULL DEFAULT 0;
-- The group this one stands in for.
ALTER TABLE reservations ADD COLUMN offered_for TEXT;
-- When its owner was told that it is late, and that it is given up soon.
ALTER TABLE reservations ADD COLUMN delayed_at BIGINT;
ALTER TABLE reservations ADD COLUMN reminded_at BIGINT;
-- Its order was changed, and other groups stand in its place.
ALTER TABLE reservations ADD COLUMN replaced BIGINT NOT NULL DEFAULT 0;
ALTER TABLE reservations ADD COLUMN on_way_at BIGINT;
ALTER TABLE reservations ADD COLUMN arrived_at BIGINT;
ALTER TABLE reservations ADD COLUMN bay TEXT NOT NULL DEFAULT '';
ALTER TABLE reservations ADD COLUMN car TEXT NOT NULL DEFAULT '';
CREATE INDEX reservations_order ON reservations (order_id);
CREATE INDEX reservations_ready ON reservations (ready_at);
CREATE INDEX reservations_source ON reservations (source_id, status);

-- One try to get an order's money. At most one is open at a time.
CREATE TABLE payments (
    id {serial},
    order_id BIGINT NOT NULL REFERENCES orders (id),
    provider TEXT NOT NULL,
    reference TEXT NOT NULL UNIQUE,
    provider_id TEXT,
    redirect_url TEXT,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('created', 'open', 'captured', 'failed')),
    captured BIGINT NOT NULL CHECK (captured >= 0),
    refunded BIGINT NOT NULL CHECK (refunded >= 0 AND refunded <= captured),
    -- A change of the order that is made when the difference is paid.
    change TEXT,
    -- When the provider is asked next; none when all is known.
    check_at BIGINT,
    checks BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    last_error TEXT
);
CREATE UNIQUE INDEX payments_open ON payments (order_id) WHERE status IN ('created', 'open');
CREATE UNIQUE INDEX payments_provider ON payments (provider, provider_id);
CREATE INDEX payments_due ON payments (check_at) WHERE check_at IS NOT NULL;
CREATE INDEX payments_order ON payments (order_id);

CREATE TABLE refunds (
    id {serial},
    payment_id BIGINT NOT NULL REFERENCES payments (id),
    order_id BIGINT NOT NULL REFERENCES orders (id),
    key TEXT NOT NULL UNIQUE,
    amount BIGINT NOT NULL CHECK (amount > 0),
    reason TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('requested', 'done', 'failed')),
    provider_id TEXT,
    due_at BIGINT,
    tries BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    done_at BIGINT,
    last_error TEXT
);
CREATE INDEX refunds_due ON refunds (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX refunds_order ON refunds (order_id);

-- Double entry: the amounts of one entry sum to zero. A provider's account is what it owes us.
CREATE TABLE money_entries (
    id {serial},
    entry TEXT NOT NULL,
    account TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount <> 0),
    currency TEXT NOT NULL,
    order_id BIGINT NOT NULL REFERENCES orders (id),
    at BIGINT NOT NULL,
    UNIQUE (entry, account)
);
CREATE INDEX money_entries_order ON money_entries (order_id);

-- Webhooks as they came; each is believed only as far as to look.
CREATE TABLE inbox (
    id {serial},
    provider TEXT NOT NULL,
    event TEXT NOT NULL,
    reference TEXT,
    body TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    UNIQUE (provider, event)
);
CREATE INDEX inbox_at ON inbox (received_at);

-- How many orders a store has taken for a quarter of an hour.
CREATE TABLE window_places (
    store_id BIGINT NOT NULL REFERENCES stores (id),
    starts_at BIGINT NOT NULL,
    taken BIGINT NOT NULL CHECK (taken >= 0),
    PRIMARY KEY (store_id, starts_at)
);

-- What opens a hand-over: signed, for one group, used once.
CREATE TABLE passes (
    id {serial},
    reservation_id BIGINT NOT NULL REFERENCES reservations (id),
    serial TEXT NOT NULL UNIQUE,
    holder TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    used_by TEXT,
    revoked_at BIGINT
);
CREATE INDEX passes_reservation ON passes (reservation_id);
