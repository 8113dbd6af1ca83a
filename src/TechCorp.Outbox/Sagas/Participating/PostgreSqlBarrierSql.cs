namespace TechCorp.Outbox;

internal sealed class PostgreSqlBarrierSql(string schema) : BarrierSql
{
    internal override string Enter { get; } = $"insert into {schema}.saga_barrier (idem_key, op, entered_at) values (@Key, @Op, statement_timestamp()) on "
        + "conflict (idem_key, op) do nothing";

    internal override string Count { get; } = $"select count(*) from {schema}.saga_barrier where idem_key = @Key and op = @Op";

    internal override string Purge { get; } = $"""
        delete from {schema}.saga_barrier
        where (idem_key, op) in (
          select idem_key, op
          from {schema}.saga_barrier
          where entered_at < statement_timestamp() - @Retention * interval '1 millisecond'
          order by entered_at
          limit @Limit
          for update skip locked
        )
        """;
}
