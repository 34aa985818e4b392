// Opens what the house asks for; the work is in reader, writer and schema.
#include "database/postgres/postgres_database.hpp"

#include <utility>

#include "database/postgres/reader.hpp"
#include "database/postgres/schema.hpp"
#include "database/postgres/writer.hpp"

namespace mms::postgres {

PostgresDatabase::PostgresDatabase(std::string url, Settings settings) {
  const Address address(url, settings);
  reader_ = std::make_shared<Plan>(address, settings, Role::reader);
  writer_ = std::make_shared<Plan>(address, settings, Role::writer);
  appender_ = std::make_shared<Plan>(address, settings, Role::appender);
}

std::unique_ptr<database::Reader> PostgresDatabase::open_reader(boost::asio::io_context& context) {
  return std::make_unique<PostgresReader>(context, reader_);
}

std::unique_ptr<database::Writer> PostgresDatabase::open_writer(boost::asio::io_context& context) {
  return std::make_unique<PostgresWriter>(context, writer_);
}

std::unique_ptr<database::Appender> PostgresDatabase::open_appender(boost::asio::io_context& context) {
  return std::make_unique<PostgresAppender>(context, appender_);
}

int PostgresDatabase::migrate() {
  return bring_up_to_date(writer_->address, writer_->settings, database::migration_steps());
}

int PostgresDatabase::schema_version() {
  return applied_step(writer_->address);
}

}  // namespace mms::postgres
