using TechCorp.Messaging;
using TechCorp.Outbox;
using static TechCorp.Patterns.Contracts.Events;

namespace TechCorp.Patterns.Contracts;

/// <summary>What a caller says about one event, and as what it is written.</summary>
public abstract class EventOptionsContract<TDatabase> : OutboxSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    [Safeguard("Priority and expiration of an event are kept", SwitchedOff = "`StoredProperties.AddTo` leaves out the priority")]
    [Fact, Trait("Spec", "FM18")]
    public async Task Options_of_an_event_are_kept_until_it_is_published()
    {
        Catalog.Add("order.created", ContractJson.Default.OrderCreated, Orders);
        var options = new PublishOptions
        {
            MessageId = Guid.CreateVersion7().ToString(),
            CorrelationId = "c-1",
            Headers = new Dictionary<string, string> { ["tenant"] = "acme" },
            Priority = 7,
            Expiration = TimeSpan.FromMinutes(1),
        };
        await using var work = await Outbox.BeginAsync(cancellationToken: Cancel);
        work.Publish(new OrderCreated("o1"), options: options);
        await Outbox.PublishAsync(work.Transaction, new OrderCreated("o2"),
            options: new PublishOptions { Priority = 0, Delay = TimeSpan.FromMinutes(15) }, cancellationToken: Cancel);
        await work.CommitAsync(Cancel);

        await using var broker = new ScriptedBroker();
        await using var pass = new RelayPass(Db.Database, broker, new RelayOptions(), Db.Time);
        (await pass.RunAsync(Cancel)).Confirmed.Should().Be(2);

        var first = broker.Accepted.Single(sent => sent.Message.Id == options.MessageId);
        first.Destination.Should().Be(Orders);
        first.Message.Should().BeEquivalentTo(new { options.CorrelationId, options.Priority, options.Expiration });
        first.Message.Headers.Should().BeEquivalentTo(options.Headers);
        var second = broker.Accepted.Single(sent => sent.Message.Id != options.MessageId).Message;
        second.Should().BeEquivalentTo(new { Priority = 0, Expiration = (TimeSpan?)null, Delay = TimeSpan.FromMinutes(15) });
        second.Headers.Should().BeEmpty();
    }

    [Fact, Trait("Spec", "FM18")]
    public async Task Options_that_only_the_relay_has_are_refused()
    {
        Catalog.Add("order.created", ContractJson.Default.OrderCreated, Orders);
        await using var work = await Outbox.BeginAsync(cancellationToken: Cancel);

        foreach (var options in new[]
        {
            new PublishOptions { Timeout = TimeSpan.FromSeconds(1) },
            new PublishOptions { UnroutableBehavior = UnroutableBehavior.Accept },
            new PublishOptions { Priority = 256 },
            new PublishOptions { MessageId = "order-1" },
        })
        {
            work.Invoking(w => w.Publish(new OrderCreated("o1"), options: options)).Should().Throw<ArgumentException>();
        }
    }

    [Fact, Trait("Spec", "FM8")]
    public async Task An_event_in_a_variable_of_its_base_type_is_written_as_what_it_is()
    {
        Catalog.Add("order.created", ContractJson.Default.OrderCreated, Orders);
        object created = new OrderCreated("o1");
        await using var work = await Outbox.BeginAsync(cancellationToken: Cancel);
        IOutbox outbox = Outbox;

        work.Publish(created);
        await Outbox.PublishAsync(work.Transaction, created, cancellationToken: Cancel);
        await outbox.PublishAsync(work.Transaction, created, cancellationToken: Cancel);
        await work.CommitAsync(Cancel);

        (await Db.QueryAsync<(string, string)>("select type, exchange from {outbox}")).Should().HaveCount(3).And
            .OnlyContain(row => row.Item1 == "order.created" && row.Item2 == Orders.Exchange);
    }
}
