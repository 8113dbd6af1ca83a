using TechCorp.Patterns.Contracts;

namespace TechCorp.Outbox.Tests;

public sealed class SqliteIdempotencyBackend : DatabaseIdempotencyBackend<SqliteDatabase>;

public sealed class PostgreSqlIdempotencyBackend : DatabaseIdempotencyBackend<PostgreSqlDatabase>;

public sealed class SqliteIdempotencyStoreContract : IdempotencyStoreContract<SqliteIdempotencyBackend>;

public sealed class PostgreSqlIdempotencyStoreContract : IdempotencyStoreContract<PostgreSqlIdempotencyBackend>;

public sealed class SqliteJoinedIdempotencyContract : InboxJoinedIdempotencyContract<SqliteDatabase>;

public sealed class PostgreSqlJoinedIdempotencyContract : InboxJoinedIdempotencyContract<PostgreSqlDatabase>;

public sealed class SqliteIdempotencyCrashContract : IdempotencyCrashContract<SqliteDatabase>;

public sealed class PostgreSqlIdempotencyCrashContract : IdempotencyCrashContract<PostgreSqlDatabase>;

public sealed class SqliteIdempotencyStatementContract : IdempotencyStatementContract<SqliteDatabase>;

public sealed class PostgreSqlIdempotencyStatementContract : IdempotencyStatementContract<PostgreSqlDatabase>;

public sealed class SqliteIdempotencyRecordContract : IdempotencyRecordContract<SqliteDatabase>;

public sealed class PostgreSqlIdempotencyRecordContract : IdempotencyRecordContract<PostgreSqlDatabase>;

public sealed class SqliteIdempotencyLockContract : IdempotencyLockContract<SqliteDatabase>;

public sealed class SqliteIdempotencyExecutorContract : IdempotencyExecutorContract<SqliteDatabase>;

public sealed class PostgreSqlIdempotencyExecutorContract : IdempotencyExecutorContract<PostgreSqlDatabase>;
