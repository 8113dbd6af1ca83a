using TechCorp.Patterns.Contracts;

namespace TechCorp.Outbox.Tests;

public sealed class SqliteOutboxContract : OutboxContract<SqliteDatabase>;

public sealed class PostgreSqlOutboxContract : OutboxContract<PostgreSqlDatabase>;
