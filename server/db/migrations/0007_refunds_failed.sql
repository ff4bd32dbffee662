-- Refunds that a person must look at are counted every minute, and are nearly none among all there ever were.

CREATE INDEX refunds_failed ON refunds (id) WHERE status = 'failed';
