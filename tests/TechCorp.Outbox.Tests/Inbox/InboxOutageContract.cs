using System.Data.Common;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TechCorp.Messaging;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Outbox.Tests;

/// <summary>A database that is away says nothing about the messages: they wait, and none is given up.</summary>
public abstract class InboxOutageContract<TDatabase> : DatabaseContract<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private const int Messages = 100;
    private volatile bool _isAway;
    private int _failures;

    private string Effects => Db.Database.Table("effects");

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Db.ExecuteAsync($"create table {Effects} (id text not null)");
    }

    [Safeguard("A database that is away is no attempt of a message", SwitchedOff = "`InboxHandler.HoldAsync` holds nothing")]
    [Theory, Trait("Spec", "FO4")]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public async Task After_a_minute_without_the_database_each_message_has_one_effect_and_none_is_dead_lettered(bool whenOpened, bool withLadder)
    {
        using var broker = new InMemoryBroker(Db.Time);
        using var host = StartHost(broker, whenOpened, withLadder ? [TimeSpan.FromSeconds(5)] : []);
        await host.StartAsync(Cancel);
        _isAway = true;
        var publisher = host.Services.GetRequiredService<IMessagePublisher>();
        for (var i = 0; i < Messages; i++)
        {
            await publisher.PublishAsync(new OrderCreated($"{i}"), cancellationToken: Cancel);
        }

        var end = Db.Time.GetUtcNow().AddSeconds(60);
        await Eventually.Holds(
            () =>
            {
                Db.Time.Advance(TimeSpan.FromMilliseconds(500));
                return Db.Time.GetUtcNow() >= end && Volatile.Read(ref _failures) >= Messages;
            },
            "a minute has passed, and the database was asked again and again");

        _isAway = false;
        await Eventually.Holds(
            async () =>
            {
                Db.Time.Advance(TimeSpan.FromMilliseconds(50)); // slowly: the timeout of a handler must not pass while it works
                return await Db.ScalarAsync<long>($"select count(*) from {Effects}") >= Messages;
            },
            "every message has its effect");

        (await Db.ScalarAsync<long>($"select count(distinct id) from {Effects}")).Should().Be(Messages);
        (await Db.ScalarAsync<long>($"select count(*) from {Effects}")).Should().Be(Messages);
        (await host.Services.GetRequiredService<DeadLetterQueues>().CountAsync(Cancel)).Values.Should().OnlyContain(count => count == 0);
        await host.StopAsync(Cancel);
    }

    private IHost StartHost(InMemoryBroker broker, bool whenOpened, IReadOnlyList<TimeSpan> delays)
    {
        var source = new WatchedDataSource(Db.OpenAnotherDataSource());
        source.BeforeOpen = () => ThrowIf(whenOpened);
        source.BeforeStatement = text => ThrowIf(!whenOpened && text.Contains("inbox", StringComparison.Ordinal));
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<TimeProvider>(Db.Time).AddSingleton(new Effect(Effects))
            .AddTechCorpOutbox(outbox => outbox.UseDatabase(new OutboxDatabase(source, Db.Database.Dialect, Db.Database.Schema)).RunRelay(false))
            .AddTechCorpMessaging(messaging => messaging
                .UseInMemory(broker)
                .AddMessage("order.created", ContractJson.Default.OrderCreated, Destination.ToQueue("orders"))
                .AddTopology(Topology.WorkQueue("orders"))
                .AddTransactionalConsumer<Handler, OrderCreated>(consumer =>
                {
                    consumer.Queue = "orders";
                    consumer.Prefetch = 20;
                    consumer.Concurrency = 10;
                    consumer.Policy = new DeliveryPolicy { ImmediateAttempts = 2, Delays = delays };
                }));
        return builder.Build();
    }

    private void ThrowIf(bool affected)
    {
        if (_isAway && affected)
        {
            Interlocked.Increment(ref _failures);
            throw new AwayException();
        }
    }

    private sealed class AwayException() : DbException("The server does not answer.");

    private sealed record Effect(string Table);

    private sealed class Handler(Effect effect) : ITransactionalHandler<OrderCreated>
    {
        public Task HandleAsync(OrderCreated message, TransactionContext context, CancellationToken cancellationToken)
            => context.Connection.ExecuteAsync($"insert into {effect.Table} (id) values (@OrderId)", message, context.Transaction);
    }
}
