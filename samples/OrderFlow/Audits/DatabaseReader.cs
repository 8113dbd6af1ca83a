using Dapper;
using TechCorp.Samples;

namespace OrderFlow;

/// <summary>Reads the database of a service from outside of the service.</summary>
internal static class DatabaseReader
{
    internal static async Task<IReadOnlyList<T>> ReadAsync<T>(this ServiceFleet fleet, string service, string sql, CancellationToken cancellationToken)
    {
        await using var database = ServiceDatabase.Open(fleet.For(service));
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<T>(new CommandDefinition(sql, cancellationToken: cancellationToken))];
    }
}
