namespace TechCorp.Outbox;

/// <summary>The host's clock, passed in with each statement.</summary>
internal sealed class SqliteIdempotencySql(string schema) : IdempotencySql
{
    /// <summary>Released, or past its retention and without an owner: like an absent record, except for its fence.</summary>
    private const string Gone = "(i.status = 3 or (i.status < 2 and i.expires_at <= @Now and (i.status = 1 or i.lease_until <= @Now)))";

    private const string Mine = $"(i.owner = excluded.owner and not {Gone})";

    internal override string Bound { get; } = "";

    internal override string Open { get; } = "";

    internal override string IsOpen { get; } = "select 0";

    internal override string Claim { get; } = $"""
        insert into {schema}_idempotency as i (scope, key, fingerprint, status, owner, fence, attempt, lease_until, expires_at, created_at)
        values (@Scope, @Key, @Fingerprint, 0, @Owner, 1, 1, @Now + @Lease, @Now + @Retention, @Now)
        on conflict (scope, key) do update
        set fence = case when {Mine} then i.fence else i.fence + 1 end,
          attempt = case when {Gone} then 1 when i.owner = excluded.owner then i.attempt else i.attempt + 1 end,
          created_at = case when {Gone} then excluded.created_at else i.created_at end,
          fingerprint = excluded.fingerprint, owner = excluded.owner, lease_until = excluded.lease_until, expires_at = excluded.expires_at,
          status = 0, failed = null, type_tag = null, result = null, completed_at = null
        where {Gone}
        or (i.status = 0 and i.fingerprint = excluded.fingerprint and (i.owner = excluded.owner or i.lease_until <= @Now))
        returning fence as Fence, attempt as Attempt
        """;

    internal override string Find { get; } = $"""
        select status as Status, case when fingerprint = @Fingerprint then 1 else 0 end as IsSame, cast(failed as integer) as Failed,
          type_tag as TypeTag, result as Result,
          lease_until - @Now as LeaseLeft
        from {schema}_idempotency
        where scope = @Scope
        and key = @Key
        limit 1
        """;

    internal override string Complete { get; } = $"""
        update {schema}_idempotency
        set status = 1, failed = @Failed, type_tag = @TypeTag, result = @Result, expires_at = @Now + @Retention, completed_at = @Now
        where scope = @Scope
        and key = @Key
        and owner = @Owner
        and fence = @Fence
        and status = 0
        """;

    internal override string IsCompleted { get; } = $"""
        select count(*)
        from {schema}_idempotency
        where scope = @Scope
        and key = @Key
        and owner = @Owner
        and fence = @Fence
        and status = 1
        """;

    internal override string Release { get; } = $"""
        update {schema}_idempotency
        set status = 3
        where scope = @Scope
        and key = @Key
        and owner = @Owner
        and fence = @Fence
        and status = 0
        """;

    internal override string Doubt { get; } = $"""
        update {schema}_idempotency
        set status = 2, expires_at = null
        where scope = @Scope
        and key = @Key
        and owner = @Owner
        and fence = @Fence
        and status = 0
        """;

    internal override string Renew { get; } = $"""
        update {schema}_idempotency
        set lease_until = @Now + @Lease
        where scope = @Scope
        and key = @Key
        and owner = @Owner
        and fence = @Fence
        and status = 0
        """;

    internal override string ResolveWith { get; } = $"""
        update {schema}_idempotency
        set status = 1, failed = @Failed, type_tag = @TypeTag, result = @Result, expires_at = @Now + @Retention, completed_at = @Now
        where scope = @Scope
        and key = @Key
        and status = 2
        """;

    internal override string ResolveWithout { get; } = $"""
        update {schema}_idempotency
        set status = 3, expires_at = @Now + @Retention
        where scope = @Scope
        and key = @Key
        and status = 2
        """;

    internal override string Sweep { get; } = $"""
        delete from {schema}_idempotency
        where (scope, key) in (
          select scope, key
          from {schema}_idempotency
          where expires_at <= @Now
          and lease_until <= @Now
          and status <> 2
          order by expires_at
          limit @Limit
        )
        """;
}
