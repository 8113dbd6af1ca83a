using TechCorp.Patterns.Contracts;

namespace TechCorp.Outbox.Tests;

public sealed class SqliteOutboxContract : OutboxContract<SqliteDatabase>;

public sealed class PostgreSqlOutboxContract : OutboxContract<PostgreSqlDatabase>;

public sealed class SqliteEventOptionsContract : EventOptionsContract<SqliteDatabase>;

public sealed class PostgreSqlEventOptionsContract : EventOptionsContract<PostgreSqlDatabase>;

public sealed class SqliteCommitOutcomeContract : CommitOutcomeContract<SqliteDatabase>;

public sealed class PostgreSqlCommitOutcomeContract : CommitOutcomeContract<PostgreSqlDatabase>;

public sealed class SqliteRepeatedIdContract : RepeatedIdContract<SqliteDatabase>;

public sealed class PostgreSqlRepeatedIdContract : RepeatedIdContract<PostgreSqlDatabase>;
