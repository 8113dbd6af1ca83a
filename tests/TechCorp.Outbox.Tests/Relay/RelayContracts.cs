using TechCorp.Patterns.Contracts;

namespace TechCorp.Outbox.Tests;

public sealed class SqliteRelayContract : RelayContract<SqliteDatabase>;

public sealed class PostgreSqlRelayContract : RelayContract<PostgreSqlDatabase>;

public sealed class SqliteRedriveContract : RedriveContract<SqliteDatabase>;

public sealed class PostgreSqlRedriveContract : RedriveContract<PostgreSqlDatabase>;

public sealed class SqliteRelayHostContract : RelayHostContract<SqliteDatabase>;

public sealed class PostgreSqlRelayHostContract : RelayHostContract<PostgreSqlDatabase>;

public sealed class SqliteRelayErrorTextContract : RelayErrorTextContract<SqliteDatabase>;

public sealed class PostgreSqlRelayErrorTextContract : RelayErrorTextContract<PostgreSqlDatabase>;

public sealed class SqliteRelayReadAheadContract : RelayReadAheadContract<SqliteDatabase>;

public sealed class PostgreSqlRelayReadAheadContract : RelayReadAheadContract<PostgreSqlDatabase>;
