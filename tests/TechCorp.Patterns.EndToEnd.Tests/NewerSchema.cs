using Dapper;
using Microsoft.Data.Sqlite;

namespace TechCorp.Patterns.EndToEnd.Tests;

/// <summary>A database that a later version of the packages has migrated.</summary>
internal static class NewerSchema
{
    internal static async Task PretendAsync(string file)
    {
        await using var connection = new SqliteConnection($"Data Source={file};Pooling=false");
        await connection.ExecuteAsync("update techcorp_schema_version set version = 9999 where version = (select max(version) from techcorp_schema_version)");
    }
}
