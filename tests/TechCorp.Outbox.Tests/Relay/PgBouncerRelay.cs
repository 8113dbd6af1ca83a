using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TechCorp.Messaging;
using TechCorp.Patterns.Contracts;
using static TechCorp.Patterns.Contracts.Events;

namespace TechCorp.Outbox.Tests;

/// <summary>A relay owns partitions only with its own sessions; behind a pooler with transaction pooling it fails with
/// the reason instead of publishing.</summary>
public sealed class PgBouncerRelay : RelaySuite<PostgreSqlDatabase>
{
    private PgBouncer? _pooler;

    [Safeguard("A relay asks whether its connection is a session", SwitchedOff = "`AdvisoryLockOwnership.OpenSessionAsync`: no probe")]
    [Fact]
    public async Task Behind_a_pooler_of_transactions_a_relay_publishes_nothing_and_says_what_to_do()
    {
        var pass = NewPass(await BehindAsync("transaction"));
        await AppendAsync(Event("a", "1"));

        for (var i = 0; i < 2; i++)
        {
            (await pass.Invoking(p => p.RunAsync(Cancel)).Should().ThrowAsync<InvalidOperationException>()).Which.Message.Should()
                .ContainAll("transaction pooling", "direct connection", "pool_mode = session");
        }

        Broker.Attempts.Should().Be(0);
        (await RunAsync()).Should().BeEquivalentTo(new { Owned = OutboxRow.Partitions, Confirmed = 1 }, "no lock stays behind in the pooler");
    }

    [Safeguard("A host asks the same before it starts its relay", SwitchedOff = "`OutboxHost.StartAsync`: no probe")]
    [Fact]
    public async Task Behind_a_pooler_of_transactions_a_host_with_a_relay_does_not_start()
    {
        var database = await BehindAsync("transaction");
        using var host = HostWith(database, relay: true);

        (await host.Invoking(h => h.StartAsync(Cancel)).Should().ThrowAsync<InvalidOperationException>()).WithMessage("*transaction pooling*");
    }

    [Fact]
    public async Task Behind_a_pooler_of_transactions_a_host_without_a_relay_writes_events()
    {
        using var host = HostWith(await BehindAsync("transaction"), relay: false);
        await host.StartAsync(Cancel);

        await using (var work = await host.Services.GetRequiredService<TransactionalOutbox>().BeginAsync(cancellationToken: Cancel))
        {
            work.Publish(Event("a", "1"));
            await work.CommitAsync(Cancel);
        }

        await host.StopAsync(Cancel);
        (await PendingAsync()).Should().Be(1);
    }

    [Fact]
    public async Task Behind_a_pooler_of_sessions_a_relay_publishes()
    {
        var pass = NewPass(await BehindAsync("session"));
        await AppendAsync(Event("a", "1"));

        (await pass.RunAsync(Cancel)).Should().BeEquivalentTo(new { Owned = OutboxRow.Partitions, Confirmed = 1 });
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_pooler is not null)
        {
            await _pooler.DisposeAsync();
        }
    }

    private async Task<OutboxDatabase> BehindAsync(string poolMode)
    {
        _pooler = await PgBouncer.StartAsync(poolMode, PostgreSqlDatabase.Server, Db.Database.Schema);
        return new OutboxDatabase(_pooler.Source, SqlDialect.PostgreSql, Db.Database.Schema);
    }

    private IHost HostWith(OutboxDatabase database, bool relay)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<IMessagePublisher>(Broker);
        builder.Services.AddTechCorpOutbox(outbox => _ = relay ? outbox.UseDatabase(database) : outbox.UseDatabase(database).RunRelay(false));
        return builder.Build();
    }
}
