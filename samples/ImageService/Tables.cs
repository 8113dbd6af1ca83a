namespace ImageService;

/// <summary>The tables of the service; the same text on PostgreSQL and SQLite.</summary>
internal static class Tables
{
    internal const string Sql = """
        create table if not exists images (
          image_id text primary key,
          status text not null,
          dead_lettered bigint not null,
          redriven bigint not null
        );
        """;
}
