using TechCorp.Patterns.Contracts;

namespace TechCorp.Outbox.Tests;

public sealed class SqliteMigratorContract : MigratorContract<SqliteDatabase>;

public sealed class PostgreSqlMigratorContract : MigratorContract<PostgreSqlDatabase>;

public sealed class SqliteWrongDialectContract : WrongDialectContract<SqliteDatabase>;

public sealed class PostgreSqlWrongDialectContract : WrongDialectContract<PostgreSqlDatabase>;

public sealed class SqliteForeignDatabaseContract : ForeignDatabaseContract<SqliteDatabase>;

public sealed class PostgreSqlForeignDatabaseContract : ForeignDatabaseContract<PostgreSqlDatabase>;
