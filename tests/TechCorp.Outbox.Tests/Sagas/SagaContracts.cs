using TechCorp.Patterns.Contracts;

namespace TechCorp.Outbox.Tests;

public sealed class SqliteSagaOrderContract : SagaOrderContract<SqliteDatabase>;

public sealed class PostgreSqlSagaOrderContract : SagaOrderContract<PostgreSqlDatabase>;

public sealed class SqliteSagaCrashContract : SagaCrashContract<SqliteDatabase>;

public sealed class PostgreSqlSagaCrashContract : SagaCrashContract<PostgreSqlDatabase>;

public sealed class SqliteSagaLifecycleContract : SagaLifecycleContract<SqliteDatabase>;

public sealed class PostgreSqlSagaLifecycleContract : SagaLifecycleContract<PostgreSqlDatabase>;

public sealed class SqliteSagaBarrierContract : SagaBarrierContract<SqliteDatabase>;

public sealed class PostgreSqlSagaBarrierContract : SagaBarrierContract<PostgreSqlDatabase>;

public sealed class SqliteSagaMistakeContract : SagaMistakeContract<SqliteDatabase>;

public sealed class PostgreSqlSagaMistakeContract : SagaMistakeContract<PostgreSqlDatabase>;

public sealed class SqliteSagaErrorTextContract : SagaErrorTextContract<SqliteDatabase>;

public sealed class PostgreSqlSagaErrorTextContract : SagaErrorTextContract<PostgreSqlDatabase>;
