-- What was sent off and did not come ends as not found; this says what became of it. None of what was never sent.

ALTER TABLE reservations ADD COLUMN astray TEXT CHECK (astray IN ('lost', 'came_back'));
