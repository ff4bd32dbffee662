-- The test provider looks for what went back of a payment with every call.
CREATE INDEX test_refunds_of ON test_refunds (provider_id);
