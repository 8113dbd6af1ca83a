using TechCorp.Patterns.Contracts;

namespace TechCorp.Outbox.Tests;

public sealed class SqliteSagaOrderContract : SagaOrderContract<SqliteDatabase>;

public sealed class PostgreSqlSagaOrderContract : SagaOrderContract<PostgreSqlDatabase>;
