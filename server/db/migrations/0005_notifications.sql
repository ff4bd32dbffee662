-- Browsers that asked to be told about an order or a reservation (RFC 8030). `number` is either's: they never meet,
-- as one begins with O and the other with R. Keys and secret are the browser's own, to encrypt for it alone.
CREATE TABLE push_subscriptions (
    id {serial},
    number TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    p256dh TEXT NOT NULL,
    auth TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (number, endpoint)
);
CREATE INDEX push_subscriptions_endpoint ON push_subscriptions (endpoint);
CREATE INDEX push_subscriptions_created ON push_subscriptions (created_at);
