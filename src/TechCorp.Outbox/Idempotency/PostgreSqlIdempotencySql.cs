using System.Globalization;

namespace TechCorp.Outbox;

/// <summary>The server's clock, so that skew between nodes takes no lease; read after a wait for another transaction's row, not before it.</summary>
internal sealed class PostgreSqlIdempotencySql(string schema) : IdempotencySql
{
    /// <summary>Released, or past its retention and without an owner: like an absent record, except for its fence.</summary>
    private const string Gone = "(i.status = 3 or (i.status < 2 and i.expires_at <= clock_timestamp() and (i.status = 1 or "
        + "i.lease_until <= clock_timestamp())))";

    private const string Mine = $"(i.owner = excluded.owner and not {Gone})";

    internal override string Bound { get; }
        = string.Create(CultureInfo.InvariantCulture, $"set local lock_timeout = {IdempotencyRecords.LockWaitMilliseconds};");

    internal override string Open { get; }
        = $"; select pg_advisory_xact_lock_shared({PostgreSqlDialect.LockClassLiteral(schema, "idempotency")}, @Hold)";

    internal override string IsOpen { get; } = $"select case when "
        + $"pg_try_advisory_xact_lock({PostgreSqlDialect.LockClassLiteral(schema, "idempotency")}, @Hold) then 0 else 1 end";

    internal override string Claim { get; } = $"""
        insert into {schema}.idempotency as i (scope, key, fingerprint, status, owner, fence, attempt, lease_until, expires_at, created_at)
        values (@Scope, @Key, @Fingerprint, 0, cast(@Owner as uuid), 1, 1,
          clock_timestamp() + @Lease * interval '1 millisecond', clock_timestamp() + @Retention * interval '1 millisecond', clock_timestamp())
        on conflict (scope, key) do update
        set fence = case when {Mine} then i.fence else i.fence + 1 end,
          attempt = case when {Gone} then 1 when i.owner = excluded.owner then i.attempt else i.attempt + 1 end,
          created_at = case when {Gone} then clock_timestamp() else i.created_at end,
          fingerprint = excluded.fingerprint, owner = excluded.owner, lease_until = clock_timestamp() + @Lease * interval '1 millisecond',
          expires_at = clock_timestamp() + @Retention * interval '1 millisecond',
          status = 0, failed = null, type_tag = null, result = null, completed_at = null
        where {Gone}
        or (i.status = 0 and i.fingerprint = excluded.fingerprint and (i.owner = excluded.owner or i.lease_until <= clock_timestamp()))
        returning fence as Fence, attempt as Attempt
        """;

    internal override string Find { get; } = $"""
        select status as Status, case when fingerprint = @Fingerprint then 1 else 0 end as IsSame, cast(failed as integer) as Failed,
          type_tag as TypeTag, result as Result,
          (extract(epoch from lease_until - clock_timestamp()) * 1000)::bigint as LeaseLeft
        from {schema}.idempotency
        where scope = @Scope
        and key = @Key
        limit 1
        """;

    internal override string Complete { get; } = $"""
        update {schema}.idempotency
        set status = 1, failed = @Failed, type_tag = @TypeTag, result = @Result,
          expires_at = clock_timestamp() + @Retention * interval '1 millisecond', completed_at = clock_timestamp()
        where scope = @Scope
        and key = @Key
        and owner = cast(@Owner as uuid)
        and fence = @Fence
        and status = 0
        """;

    internal override string IsCompleted { get; } = $"""
        select count(*)
        from {schema}.idempotency
        where scope = @Scope
        and key = @Key
        and owner = cast(@Owner as uuid)
        and fence = @Fence
        and status = 1
        """;

    internal override string Release { get; } = $"""
        update {schema}.idempotency
        set status = 3
        where scope = @Scope
        and key = @Key
        and owner = cast(@Owner as uuid)
        and fence = @Fence
        and status = 0
        """;

    internal override string Doubt { get; } = $"""
        update {schema}.idempotency
        set status = 2, expires_at = null
        where scope = @Scope
        and key = @Key
        and owner = cast(@Owner as uuid)
        and fence = @Fence
        and status = 0
        """;

    internal override string Renew { get; } = $"""
        update {schema}.idempotency
        set lease_until = clock_timestamp() + @Lease * interval '1 millisecond'
        where scope = @Scope
        and key = @Key
        and owner = cast(@Owner as uuid)
        and fence = @Fence
        and status = 0
        """;

    internal override string ResolveWith { get; } = $"""
        update {schema}.idempotency
        set status = 1, failed = @Failed, type_tag = @TypeTag, result = @Result,
          expires_at = clock_timestamp() + @Retention * interval '1 millisecond', completed_at = clock_timestamp()
        where scope = @Scope
        and key = @Key
        and status = 2
        """;

    internal override string ResolveWithout { get; } = $"""
        update {schema}.idempotency
        set status = 3, expires_at = clock_timestamp() + @Retention * interval '1 millisecond'
        where scope = @Scope
        and key = @Key
        and status = 2
        """;

    internal override string Sweep { get; } = $"""
        delete from {schema}.idempotency
        where (scope, key) in (
          select scope, key
          from {schema}.idempotency
          where expires_at <= statement_timestamp()
          and lease_until <= statement_timestamp()
          and status <> 2
          order by expires_at
          limit @Limit
          for update skip locked
        )
        """;
}
