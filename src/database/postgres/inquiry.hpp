// What became of a commit whose answer was lost: a pure machine over the answers of pg_xact_status.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "database/database.hpp"
#include "database/postgres/link.hpp"

namespace mms::postgres {

// A transaction as the server knows it.
struct Transaction {
  std::string xid;          // pg_current_xact_id
  std::string incarnation;  // of the server: changes with a crash, stays over a clean restart
  int backend = 0;          // process id
};

// `in progress` is asked again: the old backend may still be committing, or not yet have noticed that its client is
// gone; after a while it is told to end, which settles the transaction either way. After a crash the server may give an
// xid that was never written to disk to another transaction, so that "committed" no longer proves ours; "aborted", "in
// progress" and an unknown xid still do prove that ours did not commit.
class Inquiry {
 public:
  Inquiry(Transaction transaction, TimePoint now, std::chrono::milliseconds patience)
      : transaction_(std::move(transaction)), began_(now), patience_(patience) {}

  const Transaction& transaction() const { return transaction_; }
  bool is_over(TimePoint now) const { return now - began_ > patience_; }
  // Pause before the next question.
  std::chrono::milliseconds pause() const { return std::chrono::milliseconds(asked_ < 10 ? 5 : 50); }
  // Whether the old backend should be told to end.
  bool is_tired(TimePoint now) const { return now - began_ > std::chrono::milliseconds(300); }

  // `status` of pg_xact_status, empty for NULL; nothing when it must be asked again.
  std::optional<database::Commit> heard(std::string_view status, std::string_view incarnation);
  // The server refused the question. 22023: the xid lies in the future.
  std::optional<database::Commit> refused(std::string_view sqlstate) const;

 private:
  Transaction transaction_;
  TimePoint began_;
  std::chrono::milliseconds patience_;
  int asked_ = 0;
};

}  // namespace mms::postgres
