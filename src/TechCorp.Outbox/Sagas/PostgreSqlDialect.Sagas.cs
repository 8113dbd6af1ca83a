namespace TechCorp.Outbox;

/// <content>What the saga store says. statement_timestamp() is the server's clock, and stable, so that indexes serve.</content>
internal sealed partial class PostgreSqlDialect
{
    private const string SagaColumns = """
        s.id::text as Id, s.type as Name, s.version as Version, s.graph_hash as GraphHash, s.business_key as BusinessKey,
        s.status as Status, s.reason as Reason, s.epoch as Epoch, s.data::text as Data,
        (extract(epoch from s.deadline - statement_timestamp()) * 1000)::bigint as DeadlineLeft
        """;

    internal override SagaSql Sagas(string schema) => new()
    {
        Insert = $"""
            insert into {schema}.saga (id, type, version, graph_hash, business_key, status, epoch, owner, next_at, deadline, data, created_at, updated_at)
            values (cast(@Id as uuid), @Name, @Version, @GraphHash, @BusinessKey, @Status, @Epoch, @Owner,
              statement_timestamp() + @Delay * interval '1 millisecond',
              statement_timestamp() + cast(@Deadline as bigint) * interval '1 millisecond',
              cast(@Data as json), statement_timestamp(), statement_timestamp())
            on conflict (type, business_key) do nothing
            """,
        Update = $"""
            update {schema}.saga
            set status = @Status, reason = @Reason, owner = @Owner, data = cast(@Data as json), updated_at = statement_timestamp(),
              next_at = statement_timestamp() + cast(@Delay as bigint) * interval '1 millisecond'
            where id = cast(@Id as uuid)
            and epoch = @Epoch
            """,
        StepsHead = $"insert into {schema}.saga_step (saga_id, ordinal, name, kind, idem_key, state, attempt, comp_state, comp_attempt, output, last_error, updated_at) values ",
        StepsRow = "(cast(@Id as uuid), @Ordinal#, @Name#, @Kind#, @Key#, @State#, @Attempt#, @Comp#, @CompAttempt#, @Output#, @Error#, statement_timestamp())",
        StepsTail = """
             on conflict (saga_id, ordinal) do update
            set state = excluded.state, attempt = excluded.attempt, comp_state = excluded.comp_state, comp_attempt = excluded.comp_attempt,
              output = excluded.output, last_error = excluded.last_error, updated_at = excluded.updated_at
            """,
        ClaimDue = $"""
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
            """,
        Seize = $"""
            update {schema}.saga s
            set owner = @Owner, epoch = s.epoch + 1, next_at = statement_timestamp() + @Delay * interval '1 millisecond'
            where s.id = cast(@Id as uuid)
            and s.graph_hash = any(@Graphs)
            returning {SagaColumns}
            """,
        IsRun = $"select 1 from {schema}.saga where id = cast(@Id as uuid) and owner is not null and next_at > statement_timestamp() limit 1 for update",
        Renew = $"""
            update {schema}.saga
            set next_at = statement_timestamp() + @Delay * interval '1 millisecond'
            where id = any(cast(@Ids as uuid[]))
            and owner = @Owner
            """,
        Release = $"""
            update {schema}.saga
            set owner = null, next_at = statement_timestamp() + @Delay * interval '1 millisecond'
            where id = cast(@Id as uuid)
            and epoch = @Epoch
            and owner = @Owner
            """,
        UntilDue = $"""
            select (extract(epoch from min(next_at) - statement_timestamp()) * 1000)::bigint
            from {schema}.saga
            where next_at is not null
            and graph_hash = any(@Graphs)
            """,
        Suspend = $"""
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
            """,
        FindByKey = $"select {SagaColumns} from {schema}.saga s where s.type = @Name and s.business_key = @BusinessKey limit 1",
        FindById = $"select {SagaColumns} from {schema}.saga s where s.id = cast(@Id as uuid) limit 1",
        FindOwn = $"select s.id::text from {schema}.saga s where s.id = any(cast(@Ids as uuid[])) and s.owner = @Owner and s.epoch = 1 limit @Limit",
        FindByStatus = $"""
            select {SagaColumns}
            from {schema}.saga s
            where s.status = @Status or (@Status = '{SagaStatus.Suspended}' and s.status not in ({SagaSql.KnownStatuses}))
            order by s.created_at
            limit @Limit
            """,
        Steps = $"""
            select saga_id::text as SagaId, ordinal as Ordinal, name as Name, state as State, attempt as Attempt, comp_state as Compensation,
              comp_attempt as CompensationAttempt, output as Output, last_error as LastError
            from {schema}.saga_step
            where saga_id = any(cast(@Ids as uuid[]))
            order by saga_id, ordinal
            limit 100000
            """,
        Purge = $"""
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
            """,
    };

    internal override BarrierSql Barrier(string schema) => new()
    {
        Enter = $"insert into {schema}.saga_barrier (idem_key, op, entered_at) values (@Key, @Op, statement_timestamp()) on conflict (idem_key, op) do nothing",
        Count = $"select count(*) from {schema}.saga_barrier where idem_key = @Key and op = @Op",
        Purge = $"""
            delete from {schema}.saga_barrier
            where (idem_key, op) in (
              select idem_key, op
              from {schema}.saga_barrier
              where entered_at < statement_timestamp() - @Retention * interval '1 millisecond'
              order by entered_at
              limit @Limit
              for update skip locked
            )
            """,
    };
}
