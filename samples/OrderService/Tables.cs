namespace OrderService;

/// <summary>The tables of the service; the same text on PostgreSQL and SQLite.</summary>
internal static class Tables
{
    internal const string Sql = """
        create table if not exists orders (
          order_id text primary key,
          user_id text not null,
          amount bigint not null,
          status text not null,
          reason text null
        );
        """;
}
