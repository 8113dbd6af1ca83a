using System.Data;
using System.Data.Common;

namespace TechCorp.Outbox;

/// <summary>PostgreSQL: schemas, advisory locks, the server's clock.</summary>
internal sealed class PostgreSqlDialect() : SqlDialect("PostgreSQL")
{
    internal override bool HasOneWriter => false;

    internal override T Choose<T>(Func<T> postgreSql, Func<T> sqlite) => postgreSql();

    internal override IsolationLevel Isolation(IsolationLevel asked) => asked == IsolationLevel.Unspecified ? IsolationLevel.ReadCommitted : asked;

    internal override string Table(string schema, string name) => $"{schema}.{name}";

    internal override object Time(DateTimeOffset time) => time.ToUniversalTime();

    internal override object Texts(IReadOnlyList<string> values) => values.ToArray();

    internal override object Numbers(IReadOnlyList<long> values) => values.ToArray();

    internal override Task PrepareAsync(DbConnection connection, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Advisory locks are one space in a database: the first half of the name says whose they are and what for.</summary>
    internal static int LockClass(string schema, string purpose) => StableHash.Of($"techcorp/{schema}/{purpose}");

    /// <summary>A time or a span, as an SQL expression, in milliseconds.</summary>
    internal static string Milliseconds(string expression) => $"(extract(epoch from {expression}) * 1000)::bigint";
}
