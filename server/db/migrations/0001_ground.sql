-- The ground: catalogue, stores, stock and its ledger, reservations and holds, staff, tokens, outbox.
-- One text for both engines: ids, money and times are BIGINT (times are Unix milliseconds), lists are JSON in
-- TEXT. {serial} is the only thing that differs; the runner writes each engine's own words for it.

CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE stores (
    id {serial},
    code TEXT NOT NULL UNIQUE,
    name_ko TEXT NOT NULL,
    name_en TEXT NOT NULL,
    address_ko TEXT NOT NULL,
    address_en TEXT NOT NULL,
    postcode TEXT NOT NULL,
    region_ko TEXT NOT NULL,
    region_en TEXT NOT NULL,
    country TEXT NOT NULL,
    lat DOUBLE PRECISION,
    lng DOUBLE PRECISION,
    phone TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    services TEXT NOT NULL,
    hours TEXT NOT NULL,
    exceptions TEXT NOT NULL,
    lead_minutes BIGINT NOT NULL CHECK (lead_minutes >= 0),
    cutoff_minutes BIGINT NOT NULL CHECK (cutoff_minutes >= 0),
    keep_days BIGINT NOT NULL CHECK (keep_days >= 1),
    currency TEXT NOT NULL,
    note_ko TEXT NOT NULL,
    note_en TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'closed')),
    CHECK ((lat IS NULL) = (lng IS NULL))
);

CREATE TABLE categories (
    id {serial},
    slug TEXT NOT NULL UNIQUE,
    name_ko TEXT NOT NULL,
    name_en TEXT NOT NULL,
    note_ko TEXT NOT NULL,
    note_en TEXT NOT NULL,
    parent TEXT,
    position BIGINT NOT NULL
);

CREATE TABLE products (
    id {serial},
    code TEXT NOT NULL UNIQUE,
    slug TEXT NOT NULL UNIQUE,
    name_ko TEXT NOT NULL,
    name_en TEXT NOT NULL,
    brand_ko TEXT NOT NULL,
    brand_en TEXT NOT NULL,
    category TEXT,
    description_ko TEXT NOT NULL,
    description_en TEXT NOT NULL,
    attributes TEXT NOT NULL,
    options TEXT NOT NULL,
    images TEXT NOT NULL,
    tags TEXT NOT NULL,
    related TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'draft', 'retired')),
    position BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE variants (
    id {serial},
    product_id BIGINT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    sku TEXT NOT NULL UNIQUE,
    gtin TEXT,
    options TEXT NOT NULL,
    images TEXT NOT NULL,
    position BIGINT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'retired'))
);
CREATE INDEX variants_product ON variants (product_id);
CREATE INDEX variants_gtin ON variants (gtin);

CREATE TABLE prices (
    variant_id BIGINT NOT NULL REFERENCES variants (id) ON DELETE CASCADE,
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount >= 0),
    list_amount BIGINT CHECK (list_amount >= 0),
    PRIMARY KEY (variant_id, currency)
);

CREATE TABLE places (
    id {serial},
    name_ko TEXT NOT NULL,
    name_en TEXT NOT NULL,
    kind TEXT NOT NULL,
    region TEXT NOT NULL,
    lat DOUBLE PRECISION NOT NULL,
    lng DOUBLE PRECISION NOT NULL,
    postcode TEXT,
    weight BIGINT NOT NULL,
    -- What makes an import of the same file twice change nothing.
    source_key TEXT NOT NULL UNIQUE
);

-- What a store's shelf holds. `held` may pass `on_hand`: a till sells what somebody carried to it, held or not.
CREATE TABLE stock_levels (
    store_id BIGINT NOT NULL REFERENCES stores (id),
    variant_id BIGINT NOT NULL REFERENCES variants (id),
    on_hand BIGINT NOT NULL CHECK (on_hand >= 0),
    held BIGINT NOT NULL CHECK (held >= 0),
    safety_stock BIGINT NOT NULL CHECK (safety_stock >= 0),
    checked_at BIGINT NOT NULL,
    PRIMARY KEY (store_id, variant_id)
);
CREATE INDEX stock_levels_variant ON stock_levels (variant_id);

-- The ledger: on hand is the sum of its deltas, always.
CREATE TABLE stock_movements (
    id {serial},
    store_id BIGINT NOT NULL,
    variant_id BIGINT NOT NULL,
    delta BIGINT NOT NULL CHECK (delta <> 0),
    reason TEXT NOT NULL,
    reference TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX stock_movements_level ON stock_movements (store_id, variant_id);

-- Which levels changed, in order: what every process reads to keep its pages live.
CREATE TABLE stock_changes (
    id {serial},
    store_id BIGINT NOT NULL,
    variant_id BIGINT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX stock_changes_at ON stock_changes (at);

CREATE TABLE reservations (
    id {serial},
    number TEXT NOT NULL UNIQUE,
    token_hash TEXT NOT NULL,
    code TEXT NOT NULL,
    store_id BIGINT NOT NULL REFERENCES stores (id),
    status TEXT NOT NULL
        CHECK (status IN ('pending', 'placed', 'picking', 'in_transfer', 'ready', 'out_for_delivery', 'collected',
                          'delivered', 'cancelled', 'expired', 'not_found')),
    name TEXT NOT NULL,
    email TEXT,
    phone TEXT,
    lang TEXT NOT NULL,
    shopper TEXT NOT NULL,
    currency TEXT NOT NULL,
    total BIGINT NOT NULL CHECK (total >= 0),
    placed_at BIGINT NOT NULL,
    ready_by BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    picking_at BIGINT,
    ready_at BIGINT,
    ended_at BIGINT
);
CREATE INDEX reservations_board ON reservations (store_id, status);
CREATE INDEX reservations_shopper ON reservations (shopper, status);
CREATE INDEX reservations_due ON reservations (status, expires_at);
-- A code is said aloud at one store's counter: it is unique there among those one can still collect.
CREATE UNIQUE INDEX reservations_code ON reservations (store_id, code)
    WHERE status IN ('pending', 'placed', 'picking', 'in_transfer', 'ready');

CREATE TABLE reservation_lines (
    reservation_id BIGINT NOT NULL REFERENCES reservations (id),
    position BIGINT NOT NULL,
    variant_id BIGINT NOT NULL REFERENCES variants (id),
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    price BIGINT NOT NULL CHECK (price >= 0),
    PRIMARY KEY (reservation_id, position)
);

-- Stock promised to somebody until a moment. A live hold past its moment counts as gone wherever it is read.
CREATE TABLE holds (
    id {serial},
    reservation_id BIGINT NOT NULL REFERENCES reservations (id),
    store_id BIGINT NOT NULL,
    variant_id BIGINT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    state TEXT NOT NULL CHECK (state IN ('live', 'released', 'consumed')),
    expires_at BIGINT NOT NULL
);
CREATE INDEX holds_live ON holds (store_id, variant_id) WHERE state = 'live';
CREATE INDEX holds_reservation ON holds (reservation_id);

CREATE TABLE idempotency (
    actor TEXT NOT NULL,
    route TEXT NOT NULL,
    key TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    status BIGINT NOT NULL,
    answer TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (actor, route, key)
);
CREATE INDEX idempotency_at ON idempotency (at);

CREATE TABLE outbox (
    id {serial},
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    -- Until when one worker has it; past that another may take it.
    claimed_until BIGINT NOT NULL,
    done_at BIGINT,
    failed_at BIGINT,
    last_error TEXT
);
CREATE INDEX outbox_due ON outbox (due_at) WHERE done_at IS NULL AND failed_at IS NULL;

CREATE TABLE staff (
    id {serial},
    login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('associate', 'manager', 'head_office')),
    stores TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE staff_sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE api_tokens (
    id {serial},
    token_hash TEXT NOT NULL UNIQUE,
    scope TEXT NOT NULL CHECK (scope IN ('stock', 'pos', 'catalogue')),
    store TEXT,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE TABLE webhook_endpoints (
    id {serial},
    url TEXT NOT NULL UNIQUE,
    secret TEXT NOT NULL,
    events TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- What staff and partners read and wrote; nothing here is ever updated or deleted.
CREATE TABLE audit_trail (
    id {serial},
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    deed TEXT NOT NULL,
    subject TEXT NOT NULL
);
