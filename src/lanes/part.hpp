// A feature's share of the working set, with the SQL that fills and writes it. Rules see only the pure set inside.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "database/rows.hpp"
#include "database/statement.hpp"
#include "lanes/rules/working_set.hpp"

namespace mms::lanes {

// Made anew for each batch. Threads: the lane's.
class Part {
 public:
  virtual ~Part() = default;
  // Queries for what is needed and not yet there; nothing when all is there. Marks it as asked for.
  virtual std::vector<database::Query> loads() = 0;
  // The answers to loads(), in the same order. Never overwrites what commands of this batch changed.
  virtual void take(std::span<const database::Rows> answers) = 0;
  // Statements that write what changed.
  virtual std::vector<database::Query> writes() = 0;
  // The batch is durable: bring caches up to date.
  virtual void committed() {}
  // Nobody knows whether the batch is durable: caches must not answer for what it changed.
  virtual void left_in_doubt() {}
};

// Puts its pure set into the working set and answers the part that serves it.
using MakePart = std::function<std::unique_ptr<Part>(WorkingSet&)>;

}  // namespace mms::lanes
