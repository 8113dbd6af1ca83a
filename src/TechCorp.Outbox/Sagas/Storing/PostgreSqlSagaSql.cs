namespace TechCorp.Outbox;

/// <summary>statement_timestamp() is the server's clock, and stable, so that indexes serve.</summary>
internal sealed class PostgreSqlSagaSql(string schema) : SagaSql
{
    private const string SagaColumns = """
        s.id::text as Id, s.type as Name, s.version as Version, s.graph_hash as GraphHash, s.business_key as BusinessKey,
        s.status as Status, s.reason as Reason, s.epoch as Epoch, s.data::text as Data,
        (extract(epoch from s.deadline - statement_timestamp()) * 1000)::bigint as DeadlineLeft
        """;

    internal override string Insert { get; } = $"""
        insert into {schema}.saga (id, type, version, graph_hash, business_key, status, epoch, owner, next_at, deadline, data, created_at, updated_at)
        values (cast(@Id as uuid), @Name, @Version, @GraphHash, @BusinessKey, @Status, @Epoch, @Owner,
          statement_timestamp() + @Delay * interval '1 millisecond',
          statement_timestamp() + cast(@Deadline as bigint) * interval '1 millisecond',
          cast(@Data as json), statement_timestamp(), statement_timestamp())
        on conflict (type, business_key) do nothing
        """;

    internal override string Update { get; } = $"""
        update {schema}.saga
        set status = @Status, reason = @Reason, owner = @Owner, data = cast(@Data as json), updated_at = statement_timestamp(),
          next_at = statement_timestamp() + cast(@Delay as bigint) * interval '1 millisecond'
        where id = cast(@Id as uuid)
        and epoch = @Epoch
        """;

    internal override string StepsHead { get; } = $"insert into {schema}.saga_step (saga_id, ordinal, name, kind, idem_key, state, attempt, comp_state, "
        + "comp_attempt, output, last_error, updated_at) values ";

    internal override string StepsRow { get; } = "(cast(@Id as uuid), @Ordinal#, @Name#, @Kind#, @Key#, @State#, @Attempt#, @Comp#, @CompAttempt#, @Output#, "
        + "@Error#, statement_timestamp())";

    internal override string StepsTail { get; } = """
         on conflict (saga_id, ordinal) do update
        set state = excluded.state, attempt = excluded.attempt, comp_state = excluded.comp_state, comp_attempt = excluded.comp_attempt,
          output = excluded.output, last_error = excluded.last_error, updated_at = excluded.updated_at
        """;

    internal override string ClaimDue { get; } = $"""
        with due as (
          select id
          from {schema}.saga
          where next_at <= statement_timestamp()
          and graph_hash = any(@Graphs)
          order by next_at
          limit @Limit
          for update skip locked
        )
        update {schema}.saga s
        set owner = @Owner, epoch = s.epoch + 1, next_at = statement_timestamp() + @Delay * interval '1 millisecond'
        from due
        where s.id = due.id
        returning {SagaColumns}
        """;

    internal override string TakeOver { get; } = $"""
        update {schema}.saga s
        set owner = @Owner, epoch = s.epoch + 1, next_at = statement_timestamp() + @Delay * interval '1 millisecond'
        where s.id = cast(@Id as uuid)
        and s.graph_hash = any(@Graphs)
        returning {SagaColumns}
        """;

    internal override string IsRunning { get; } = $"select 1 from {schema}.saga where id = cast(@Id as uuid) and owner is not null and next_at > "
        + "statement_timestamp() limit 1 for update";

    internal override string Renew { get; } = $"""
        update {schema}.saga
        set next_at = statement_timestamp() + @Delay * interval '1 millisecond'
        where id = any(cast(@Ids as uuid[]))
        and owner = @Owner
        """;

    internal override string Release { get; } = $"""
        update {schema}.saga
        set owner = null, next_at = statement_timestamp() + @Delay * interval '1 millisecond'
        where id = cast(@Id as uuid)
        and epoch = @Epoch
        and owner = @Owner
        """;

    internal override string UntilDue { get; } = $"""
        select (extract(epoch from min(next_at) - statement_timestamp()) * 1000)::bigint
        from {schema}.saga
        where next_at is not null
        and graph_hash = any(@Graphs)
        """;

    internal override string Suspend { get; } = $"""
        with lost as (
          select id
          from {schema}.saga
          where next_at < statement_timestamp() - @Grace * interval '1 millisecond'
          and graph_hash <> all(@Graphs)
          and status <> 'Suspended'
          order by next_at
          limit @Limit
          for update skip locked
        )
        update {schema}.saga s
        set status = 'Suspended', owner = null, epoch = s.epoch + 1, updated_at = statement_timestamp()
        from lost
        where s.id = lost.id
        returning {SagaColumns}
        """;

    internal override string FindByKey { get; } = $"select {SagaColumns} from {schema}.saga s where s.type = @Name and s.business_key = @BusinessKey limit 1";

    internal override string FindById { get; } = $"select {SagaColumns} from {schema}.saga s where s.id = cast(@Id as uuid) limit 1";

    internal override string FindOwn { get; } = $"select s.id::text from {schema}.saga s where s.id = any(cast(@Ids as uuid[])) and s.owner = @Owner "
        + "and s.epoch = 1 limit @Limit";

    internal override string FindByStatus { get; } = $"""
        select {SagaColumns}
        from {schema}.saga s
        where s.status = @Status or (@Status = '{SagaStatus.Suspended}' and s.status not in ({SagaSql.KnownStatuses}))
        order by s.created_at
        limit @Limit
        """;

    internal override string Steps { get; } = $"""
        select saga_id::text as SagaId, ordinal as Ordinal, name as Name, state as State, attempt as Attempt, comp_state as Compensation,
          comp_attempt as CompensationAttempt, output as Output, last_error as LastError
        from {schema}.saga_step
        where saga_id = any(cast(@Ids as uuid[]))
        order by saga_id, ordinal
        limit 100000
        """;

    internal override string Purge { get; } = $"""
        with old as (
          select id
          from {schema}.saga
          where status in ('Completed', 'Compensated')
          and updated_at < statement_timestamp() - @Retention * interval '1 millisecond'
          order by updated_at
          limit @Limit
          for update skip locked
        ),
        steps as (
          delete from {schema}.saga_step
          where saga_id in (select id from old)
        )
        delete from {schema}.saga
        where id in (select id from old)
        """;
}
