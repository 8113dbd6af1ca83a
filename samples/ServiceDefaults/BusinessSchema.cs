using Dapper;
using Microsoft.Extensions.Hosting;

namespace TechCorp.Samples;

/// <summary>Creates the service's business tables before anything else starts. Several instances may start at once.</summary>
internal sealed class BusinessSchema(ServiceDatabase database, string tables) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (database.Schema is { } schema)
        {
            await connection.ExecuteAsync($"select pg_advisory_xact_lock(hashtext('{schema}')); create schema if not exists {schema};",
                transaction: transaction);
        }

        await connection.ExecuteAsync(tables, transaction: transaction);
        await transaction.CommitAsync(cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
