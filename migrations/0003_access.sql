-- API keys: who may come in by a secret of ours. Only the secret's SHA-256 is kept. Not event-sourced; a key that was
-- revoked stays as a row, so that the house never opens again because its last key is gone.
create table api_keys (
  id {uuid} not null primary key,
  secret_hash text not null,
  name text not null,
  kind text not null,
  vehicle_id text,
  grants {json} not null,
  created_at {ts} not null,
  created_by text not null,
  expires_at {ts},
  last_used_at {ts},
  revoked_at {ts}
);
