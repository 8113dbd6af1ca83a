using System.Data;
using System.Data.Common;

namespace TechCorp.Outbox;

/// <summary>PostgreSQL: schemas, advisory locks, the server's clock.</summary>
internal sealed partial class PostgreSqlDialect() : SqlDialect("PostgreSQL")
{
    internal override bool HasOneWriter => false;

    internal override IsolationLevel Isolation(IsolationLevel asked) => asked == IsolationLevel.Unspecified ? IsolationLevel.ReadCommitted : asked;

    internal override string Table(string schema, string name) => $"{schema}.{name}";

    internal override Task PrepareAsync(DbConnection connection, CancellationToken cancellationToken) => Task.CompletedTask;
}
