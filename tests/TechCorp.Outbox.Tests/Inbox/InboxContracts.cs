using TechCorp.Patterns.Contracts;

namespace TechCorp.Outbox.Tests;

public sealed class SqliteInboxContract : InboxContract<SqliteDatabase>;

public sealed class PostgreSqlInboxContract : InboxContract<PostgreSqlDatabase>;

public sealed class SqliteInboxOutageContract : InboxOutageContract<SqliteDatabase>;

public sealed class PostgreSqlInboxOutageContract : InboxOutageContract<PostgreSqlDatabase>;
