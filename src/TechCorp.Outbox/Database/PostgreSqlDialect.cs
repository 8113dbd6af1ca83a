using System.Collections.Frozen;
using System.Data;
using System.Data.Common;
using System.Globalization;

namespace TechCorp.Outbox;

/// <summary>PostgreSQL: schemas, advisory locks, the server's clock.</summary>
internal sealed class PostgreSqlDialect() : SqlDialect("PostgreSQL")
{
    // Words that PostgreSQL does not take as a name without quotation marks, in any supported version (pg_get_keywords, categories R and T).
    private static readonly FrozenSet<string> Reserved = (
        "all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column concurrently constraint "
        + "create cross current_catalog current_date current_role current_schema current_time current_timestamp current_user default deferrable desc distinct "
        + "do else end except false fetch for foreign freeze from full grant group having ilike in initially inner intersect into is isnull join lateral "
        + "leading left like limit localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references "
        + "returning right select session_user similar some symmetric system_user table tablesample then to trailing true union unique user using variadic "
        + "verbose when where window with").Split(' ').ToFrozenSet(StringComparer.Ordinal);

    internal override bool HasOneWriter => false;

    // Without pg_control_system, which not every role may ask: two servers have not started in the same microsecond.
    internal override string Identify => """
        select datname::text, oid::text || ' ' || extract(epoch from pg_postmaster_start_time())::text
        from pg_database
        where datname = current_database()
        """;

    internal override string? WhyNoSchema(string name) => Reserved.Contains(name) ? "it is a reserved word of PostgreSQL"
        : name.StartsWith("pg_", StringComparison.Ordinal) || name == "information_schema" ? "PostgreSQL keeps such names for itself"
        : null;

    internal override T Choose<T>(Func<T> postgreSql, Func<T> sqlite) => postgreSql();

    internal override IsolationLevel Isolation(IsolationLevel asked) => asked == IsolationLevel.Unspecified ? IsolationLevel.ReadCommitted : asked;

    internal override string Table(string schema, string name) => $"{schema}.{name}";

    internal override object Time(DateTimeOffset time) => time.ToUniversalTime();

    internal override object Texts(IReadOnlyList<string> values) => values.ToArray();

    internal override object Numbers(IReadOnlyList<long> values) => values.ToArray();

    internal override Task PrepareAsync(DbConnection connection, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Advisory locks are one space in a database: the first half of the name says whose they are and what for.</summary>
    internal static int LockClass(string schema, string purpose) => StableHash.Of($"techcorp/{schema}/{purpose}");

    /// <summary>The lock class as it stands in the text of a statement: under every culture with the sign that SQL knows.</summary>
    internal static string LockClassLiteral(string schema, string purpose) => LockClass(schema, purpose).ToString(CultureInfo.InvariantCulture);

    /// <summary>A time or a span, as an SQL expression, in milliseconds; null for one that is infinite, which has none.</summary>
    internal static string Milliseconds(string expression) => $"case when isfinite({expression}) then (extract(epoch from {expression}) * 1000)::bigint end";
}
