-- What the people of a store tell each other of a reservation: who picks it, where it stands, what has to go back.

CREATE TABLE counter_notes (
    reservation_id BIGINT PRIMARY KEY REFERENCES reservations (id),
    -- Who began to pick it.
    picker BIGINT REFERENCES staff (id),
    -- Where it stands, as the store calls its places; empty where nobody said.
    place TEXT NOT NULL DEFAULT '',
    -- The store that has it off its shelf though nobody comes for it any more, until somebody has put it back.
    back_to BIGINT REFERENCES stores (id)
);
CREATE INDEX counter_notes_back ON counter_notes (back_to) WHERE back_to IS NOT NULL;
