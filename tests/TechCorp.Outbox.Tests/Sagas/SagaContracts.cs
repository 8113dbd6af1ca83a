using TechCorp.Patterns.Contracts;

namespace TechCorp.Outbox.Tests;

public sealed class SqliteSagaOrderContract : SagaOrderContract<SqliteDatabase>;

public sealed class PostgreSqlSagaOrderContract : SagaOrderContract<PostgreSqlDatabase>;

public sealed class SqliteSagaCrashContract : SagaCrashContract<SqliteDatabase>;

public sealed class PostgreSqlSagaCrashContract : SagaCrashContract<PostgreSqlDatabase>;
