namespace TechCorp.Outbox;

/// <summary>One writer: a guarded update claims.</summary>
internal sealed class SqliteSagaSql(string schema) : SagaSql
{
    private const string SagaColumns = """
        id as Id, type as Name, version as Version, graph_hash as GraphHash, business_key as BusinessKey, status as Status, reason as Reason,
        epoch as Epoch, data as Data, deadline - @Now as DeadlineLeft
        """;

    internal override string Insert { get; } = $"""
        insert into {schema}_saga (id, type, version, graph_hash, business_key, status, epoch, owner, next_at, deadline, data, created_at, updated_at)
        values (@Id, @Name, @Version, @GraphHash, @BusinessKey, @Status, @Epoch, @Owner, @Now + @Delay, @Now + @Deadline, @Data, @Now, @Now)
        on conflict (type, business_key) do nothing
        """;

    internal override string Update { get; } = $"""
        update {schema}_saga
        set status = @Status, reason = @Reason, owner = @Owner, next_at = @Now + @Delay, data = @Data, updated_at = @Now
        where id = @Id
        and epoch = @Epoch
        """;

    internal override string StepsHead { get; } = $"insert into {schema}_saga_step (saga_id, ordinal, name, kind, idem_key, state, attempt, comp_state, "
        + "comp_attempt, output, last_error, updated_at) values ";

    internal override string StepsRow { get; } = "(@Id, @Ordinal#, @Name#, @Kind#, @Key#, @State#, @Attempt#, @Comp#, @CompAttempt#, @Output#, @Error#, @Now)";

    internal override string StepsTail { get; } = """
         on conflict (saga_id, ordinal) do update
        set state = excluded.state, attempt = excluded.attempt, comp_state = excluded.comp_state, comp_attempt = excluded.comp_attempt,
          output = excluded.output, last_error = excluded.last_error, updated_at = excluded.updated_at
        """;

    internal override string ClaimDue { get; } = $"""
        update {schema}_saga
        set owner = @Owner, epoch = epoch + 1, next_at = @Now + @Delay
        where id in (
          select id
          from {schema}_saga
          where next_at <= @Now
          and graph_hash in @Graphs
          order by next_at
          limit @Limit
        )
        returning {SagaColumns}
        """;

    internal override string TakeOver { get; } = $"""
        update {schema}_saga
        set owner = @Owner, epoch = epoch + 1, next_at = @Now + @Delay
        where id = @Id
        and graph_hash in @Graphs
        returning {SagaColumns}
        """;

    internal override string IsRunning { get; } = $"select 1 from {schema}_saga where id = @Id and owner is not null and next_at > @Now limit 1";

    internal override string Renew { get; } = $"""
        update {schema}_saga
        set next_at = @Now + @Delay
        where id in @Ids
        and owner = @Owner
        """;

    internal override string Release { get; } = $"""
        update {schema}_saga
        set owner = null, next_at = @Now + @Delay
        where id = @Id
        and epoch = @Epoch
        and owner = @Owner
        """;

    internal override string UntilDue { get; } = $"""
        select min(next_at) - @Now
        from {schema}_saga
        where next_at is not null
        and graph_hash in @Graphs
        """;

    internal override string Suspend { get; } = $"""
        update {schema}_saga
        set status = 'Suspended', owner = null, epoch = epoch + 1, updated_at = @Now
        where id in (
          select id
          from {schema}_saga
          where next_at < @Now - @Grace
          and graph_hash not in @Graphs
          and status <> 'Suspended'
          order by next_at
          limit @Limit
        )
        returning {SagaColumns}
        """;

    internal override string FindByKey { get; } = $"select {SagaColumns} from {schema}_saga where type = @Name and business_key = @BusinessKey limit 1";

    internal override string FindById { get; } = $"select {SagaColumns} from {schema}_saga where id = @Id limit 1";

    internal override string FindOwn { get; } = $"select id from {schema}_saga where id in @Ids and owner = @Owner and epoch = 1 limit @Limit";

    internal override string FindByStatus { get; } = $"""
        select {SagaColumns}
        from {schema}_saga
        where status = @Status or (@Status = '{SagaStatus.Suspended}' and status not in ({SagaSql.KnownStatuses}))
        order by created_at
        limit @Limit
        """;

    internal override string Steps { get; } = $"""
        select saga_id as SagaId, ordinal as Ordinal, name as Name, state as State, attempt as Attempt, comp_state as Compensation,
          comp_attempt as CompensationAttempt, output as Output, last_error as LastError
        from {schema}_saga_step
        where saga_id in @Ids
        order by saga_id, ordinal
        limit 100000
        """;

    internal override string Purge { get; } = $"""
        delete from {schema}_saga_step
        where saga_id in (
          select id
          from {schema}_saga
          where status in ('Completed', 'Compensated')
          and updated_at < @Now - @Retention
          order by updated_at, id
          limit @Limit
        );

        delete from {schema}_saga
        where id in (
          select id
          from {schema}_saga
          where status in ('Completed', 'Compensated')
          and updated_at < @Now - @Retention
          order by updated_at, id
          limit @Limit
        )
        """;
}
