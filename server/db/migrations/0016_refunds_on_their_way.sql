-- What the test provider can be asked to do with money that goes back: it arrives at once, later, or fails after all.

ALTER TABLE test_payments ADD COLUMN refunds TEXT NOT NULL DEFAULT 'done'
    CHECK (refunds IN ('done', 'late', 'fail'));
ALTER TABLE test_refunds ADD COLUMN arrives_at BIGINT NOT NULL DEFAULT 0;
-- When it comes back; none: never.
ALTER TABLE test_refunds ADD COLUMN fails_at BIGINT;
