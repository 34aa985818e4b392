// The numbered steps of migrations/, compiled into the binary.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "database/statement.hpp"

namespace mms::database {

struct MigrationStep {
  int number;             // 1, 2, …
  std::string_view name;  // "0001_missions"
  std::string_view text;  // with macros: {uuid} {ts} {json} {serial} {bigint} {bool}; lines behind "--sqlite " or
                          // "--postgres " belong to that engine alone
};

// In order of their numbers.
std::span<const MigrationStep> migration_steps();

// The step's SQL for one engine: {uuid} uuid|text, {ts} timestamptz|text, {json} json|text, {bool} boolean|integer,
// {bigint} bigint|integer, {real} double precision|real, {serial} bigint generated … primary key|integer primary key
// autoincrement.
std::string expand(std::string_view text, Dialect dialect);

}  // namespace mms::database
