-- A position that no vehicle of the sector can have, seen from the one before: kept, and it moved nothing. Null: sound.
alter table trip_tracking add column suspect {bool};
