namespace TechCorp.Outbox;

internal sealed class SqliteBarrierSql(string schema) : BarrierSql
{
    internal override string Enter { get; } = $"insert into {schema}_saga_barrier (idem_key, op, entered_at) values (@Key, @Op, @Now) on conflict "
        + "(idem_key, op) do nothing";

    internal override string Count { get; } = $"select count(*) from {schema}_saga_barrier where idem_key = @Key and op = @Op";

    internal override string Purge { get; } = $"""
        delete from {schema}_saga_barrier
        where (idem_key, op) in (
          select idem_key, op
          from {schema}_saga_barrier
          where entered_at < @Now - @Retention
          order by entered_at
          limit @Limit
        )
        """;
}
