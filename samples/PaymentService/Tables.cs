namespace PaymentService;

/// <summary>The tables of the service; the same text on PostgreSQL and SQLite.</summary>
internal static class Tables
{
    internal const string Sql = """
        create table if not exists payments (
          payment_key text primary key,
          order_id text not null,
          amount bigint not null,
          payment_token text not null,
          status text not null,
          reason text null,
          asked bigint not null,
          queued bigint not null
        );
        """;
}
