-- The books of the test provider. It stands outside of the shop as a real one would: nothing of the shop refers to
-- them, and it learns nothing from the shop's own tables.

CREATE TABLE test_payments (
    id {serial},
    provider_id TEXT NOT NULL UNIQUE,
    reference TEXT NOT NULL UNIQUE,
    order_number TEXT NOT NULL,
    title TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    return_url TEXT NOT NULL,
    cancel_url TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'paid', 'refused', 'closed')),
    captured BIGINT NOT NULL CHECK (captured >= 0),
    captured_currency TEXT NOT NULL,
    -- When the money is there, which may be a while after it was paid.
    captured_at BIGINT,
    refunded BIGINT NOT NULL CHECK (refunded >= 0 AND refunded <= captured),
    -- How many of the next calls are done and yet get no answer.
    unanswered BIGINT NOT NULL CHECK (unanswered >= 0),
    opened_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX test_payments_captured ON test_payments (captured_at);

CREATE TABLE test_refunds (
    id {serial},
    provider_id TEXT NOT NULL REFERENCES test_payments (provider_id),
    key TEXT NOT NULL UNIQUE,
    amount BIGINT NOT NULL CHECK (amount > 0),
    created_at BIGINT NOT NULL
);

-- What it tells the shop. A doubled one is two rows of one event.
CREATE TABLE test_webhooks (
    id {serial},
    event TEXT NOT NULL,
    body TEXT NOT NULL,
    -- When it is sent next; none when it was taken or given up.
    due_at BIGINT,
    tries BIGINT NOT NULL
);
CREATE INDEX test_webhooks_due ON test_webhooks (due_at) WHERE due_at IS NOT NULL;
