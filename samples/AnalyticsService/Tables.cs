namespace AnalyticsService;

/// <summary>The tables of the service; the same text on PostgreSQL and SQLite.</summary>
internal static class Tables
{
    internal const string Sql = """
        create table if not exists event_receipts (
          receipt_id text primary key,
          message_id text not null,
          order_id text not null,
          type text not null
        );
        create table if not exists counts (
          type text primary key,
          events bigint not null
        );
        """;
}
