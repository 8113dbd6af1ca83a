using TechCorp.Patterns.Contracts;

namespace TechCorp.Outbox.Tests;

public sealed class SqliteInboxContract : InboxContract<SqliteDatabase>;

public sealed class PostgreSqlInboxContract : InboxContract<PostgreSqlDatabase>;
