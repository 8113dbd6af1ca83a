using System.Globalization;
using System.Text;
using Dapper;
using TechCorp.Messaging;
using TechCorp.Outbox;
using static TechCorp.Patterns.Contracts.Events;

namespace TechCorp.Patterns.Contracts;

/// <summary>Events are written with the caller's transaction, or not at all.</summary>
public abstract class OutboxContract<TDatabase> : OutboxSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    [Fact, Trait("Spec", "OW1")]
    public async Task A_rollback_leaves_neither_row_nor_event_nor_signal()
    {
        await using (var work = await Outbox.BeginAsync(cancellationToken: Cancel))
        {
            await work.Connection.ExecuteAsync($"insert into {Business} values (1)", transaction: work.Transaction);
            work.Publish(Event("Order/1"));
            await Outbox.PublishAsync(work.Transaction, [Event("Order/1")], Cancel);
        }

        (await PendingAsync()).Should().Be(0);
        (await Db.ScalarAsync<long>($"select count(*) from {Business}")).Should().Be(0);
        (await WokenAsync()).Should().BeFalse();
    }

    [Fact, Trait("Spec", "OW1")]
    public async Task A_commit_writes_both_and_wakes_the_relay_after_it()
    {
        await using var work = await Outbox.BeginAsync(cancellationToken: Cancel);
        await work.Connection.ExecuteAsync($"insert into {Business} values (1)", transaction: work.Transaction);
        work.Publish(Event("Order/1"));
        (await WokenAsync()).Should().BeFalse("nothing is committed yet");

        await work.CommitAsync(Cancel);

        (await PendingAsync()).Should().Be(1);
        (await Db.ScalarAsync<long>($"select count(*) from {Business}")).Should().Be(1);
        (await WokenAsync()).Should().BeTrue();
    }

    [Fact]
    public async Task A_list_of_events_is_never_taken_for_a_payload()
    {
        List<OutboxMessage> list = [Event("Order/1"), Event("Order/2")];
        OutboxMessage[] array = [Event("Order/3")];
        IOutbox outbox = Outbox;
        await using var work = await Outbox.BeginAsync(cancellationToken: Cancel);

#pragma warning disable xUnit1051 // the overloads without a token are the ones that differ
        await Outbox.PublishAsync(work.Transaction, list);
        await outbox.PublishAsync(work.Transaction, array);
#pragma warning restore xUnit1051
        await work.CommitAsync(Cancel);

        (await PendingAsync()).Should().Be(3);
    }

    [Fact]
    public async Task Everything_that_travels_is_kept()
    {
        var message = new Message
        {
            Body = "x"u8.ToArray(),
            Type = "order.created",
            ContentType = "text/plain",
            CorrelationId = "c-1",
            AppId = "shop",
            Timestamp = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)),
            Headers = new Dictionary<string, string> { ["traceparent"] = "00-1-2-01", ["tenant"] = "\"ünï\"" },
        };
        await using var work = await Outbox.BeginAsync(cancellationToken: Cancel);
        work.Publish(new OutboxMessage(message, Destination.ToQueue("audit")) { AggregateType = "Order", AggregateId = "7", Key = "k" });
        await work.CommitAsync(Cancel);

        await using var broker = new ScriptedBroker();
        await using var pass = new RelayPass(Db.Database, broker, new RelayOptions(), Db.Time);
        (await pass.RunAsync(Cancel)).Confirmed.Should().Be(1);

        var (got, destination) = broker.Accepted.Single();
        got.Should().BeEquivalentTo(message, options => options.Excluding(m => m.Timestamp).Excluding(m => m.Body));
        got.Timestamp.Should().Be(message.Timestamp);
        BodyOf(got).Should().Be("x");
        destination.Should().Be(Destination.ToQueue("audit"));
    }

    [Fact, Trait("Spec", "OW16")]
    public async Task The_aggregate_is_stored_with_the_event_and_makes_its_ordering_key()
    {
        await using var work = await Outbox.BeginAsync(cancellationToken: Cancel);
        work.Publish(Event() with { AggregateType = "Order", AggregateId = "7" });
        await work.CommitAsync(Cancel);

        (await Db.QueryAsync<(string, string, string, string)>("select aggregate_type, aggregate_id, type, key from {outbox}"))
            .Should().Equal(("Order", "7", "order.created", "Order/7"));
    }

    [Fact, Trait("Spec", "OW6")]
    public async Task An_ended_transaction_is_refused()
    {
        await using var committed = await BeginAsync();
        await committed.CommitAsync(Cancel);
        await using var rolledBack = await BeginAsync();
        await rolledBack.RollbackAsync(Cancel);

        await Outbox.Invoking(o => o.PublishAsync(committed, [Event()], Cancel)).Should().ThrowAsync<InvalidOperationException>();
        await Outbox.Invoking(o => o.PublishAsync(rolledBack, [Event()], Cancel)).Should().ThrowAsync<InvalidOperationException>();
        (await PendingAsync()).Should().Be(0);
    }

    [Fact, Trait("Spec", "OW5")]
    public async Task An_ended_unit_of_work_takes_nothing_more()
    {
        await using var work = await Outbox.BeginAsync(cancellationToken: Cancel);
        await work.CommitAsync(Cancel);

        work.Invoking(w => w.Publish(Event())).Should().Throw<InvalidOperationException>();
        await work.Invoking(w => w.CommitAsync(Cancel)).Should().ThrowAsync<InvalidOperationException>();
    }

    [Fact, Trait("Spec", "OW7")]
    public async Task The_same_event_twice_is_one_event()
    {
        var id = Guid.CreateVersion7();
        foreach (var _ in Enumerable.Range(0, 2))
        {
            await using var work = await Outbox.BeginAsync(cancellationToken: Cancel);
            work.Publish(Event("k", "same", id: id));
            work.Publish(Event("k", "same", id: id));
            await work.CommitAsync(Cancel);
        }

        (await PendingAsync()).Should().Be(1);
    }

    [Theory, Trait("Spec", "OW7")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_same_id_with_another_payload_is_refused(bool inOneTransaction)
    {
        var id = Guid.CreateVersion7();
        await using (var first = await Outbox.BeginAsync(cancellationToken: Cancel))
        {
            first.Publish(Event("k", "one", id: inOneTransaction ? Guid.CreateVersion7() : id));
            await first.CommitAsync(Cancel);
        }

        await using (var work = await Outbox.BeginAsync(cancellationToken: Cancel))
        {
            work.Publish(Event("k", inOneTransaction ? "one" : "two", id: id));
            work.Publish(Event("k", "two", id: id));
            (await work.Invoking(w => w.CommitAsync(Cancel)).Should().ThrowAsync<InvalidOperationException>()).Which.Message.Should().Contain(id.ToString());
        }

        (await PendingAsync()).Should().Be(1);
    }

    [Fact, Trait("Spec", "OW8")]
    public async Task What_the_broker_would_refuse_is_refused_when_it_is_added()
    {
        await using var work = await Outbox.BeginAsync(cancellationToken: Cancel);
        var large = Event(body: new string('x', (1024 * 1024) + 1));
        var oddId = new OutboxMessage(new Message { Body = default, Type = "t", Id = "order-1" }, Orders);
        var headers = new OutboxMessage(new Message
        {
            Body = default,
            Type = "t",
            Headers = new Dictionary<string, string> { ["h"] = new string('x', 17_000) },
        }, Orders);

        foreach (var message in new[] { large, oddId, headers, Event() with { Destination = default }, Event("a\0b") })
        {
            work.Invoking(w => w.Publish(message)).Should().Throw<ArgumentException>();
            await Outbox.Invoking(o => o.PublishAsync(work.Transaction, [message], Cancel)).Should().ThrowAsync<ArgumentException>();
        }

        await work.CommitAsync(Cancel);
        (await PendingAsync()).Should().Be(0);
    }

    [Safeguard("A time that a database cannot hold is refused where the event is made", SwitchedOff = "`OutboxRowFactory.Time` lets every value pass")]
    [Theory, Trait("Spec", "FO1")]
    [InlineData("0001-01-01T00:00:00Z", false)]
    [InlineData("1969-12-31T23:59:59Z", false)]
    [InlineData("1970-01-01T02:00:00+02:00", true)]
    [InlineData("2026-12-01T00:00:00Z", true)]
    [InlineData("9998-12-31T23:59:59Z", true)]
    [InlineData("9999-12-31T23:59:59.9999999Z", false)]
    public async Task A_timestamp_that_is_no_point_in_time_is_refused_when_it_is_added(string timestamp, bool taken)
    {
        var time = DateTimeOffset.Parse(timestamp, CultureInfo.InvariantCulture);
        var message = new OutboxMessage(new Message { Body = default, Type = "t", Id = Guid.CreateVersion7().ToString(), Timestamp = time }, Orders);
        await using var work = await Outbox.BeginAsync(cancellationToken: Cancel);

        var publishing = work.Invoking(w => w.Publish(message));

        if (taken)
        {
            publishing.Should().NotThrow();
        }
        else
        {
            publishing.Should().Throw<ArgumentException>().Which.Message.Should().Contain(message.Message.Id).And.Contain("timestamp")
                .And.Contain(time.ToString("O", CultureInfo.InvariantCulture));
        }

        await work.CommitAsync(Cancel);
        (await PendingAsync()).Should().Be(taken ? 1 : 0);
    }

    [Safeguard("The payload is copied when the event is added", SwitchedOff = "`OutboxRowFactory` keeps the array of the message")]
    [Fact, Trait("Spec", "FO20")]
    public async Task An_event_keeps_the_payload_that_it_had_when_it_was_added()
    {
        var buffer = "first!"u8.ToArray();
        await using var work = await Outbox.BeginAsync(cancellationToken: Cancel);

        work.Publish(Of(buffer));
        "second"u8.CopyTo(buffer);
        work.Publish(Of(buffer));
        await work.CommitAsync(Cancel);

        (await Db.QueryAsync<byte[]>("select payload from {outbox} order by id")).Select(Encoding.UTF8.GetString).Should().Equal("first!", "second");

        static OutboxMessage Of(byte[] body) => new(new Message { Body = body, Type = "t", Id = Guid.CreateVersion7().ToString() }, Orders);
    }

    [Safeguard("Text that PostgreSQL cannot store is refused where the event is made, on every database",
        SwitchedOff = "`ErrorText.IsStorable` is always true")]
    [Theory, Trait("Spec", "FO23")]
    [InlineData("header 'a'", "a", null)]
    [InlineData("header 'a'", "a", "x\0y")]
    [InlineData("header 'a'", "a", "x^")]
    [InlineData("header '\ufffd'", "~", "x")]
    [InlineData("ordering key", null, "x^")]
    [InlineData("correlation id", null, "~x")]
    [InlineData("type", null, "^")]
    [InlineData("routing key", null, "^")]
    public async Task Text_that_a_database_cannot_store_is_refused_when_it_is_added(string where, string? header, string? text)
    {
        // Halves of surrogate pairs do not survive as arguments of a test.
        (header, text) = (header?.Replace('~', '\udc00'), text?.Replace('^', '\ud800').Replace('~', '\udc00'));
        var content = new Message
        {
            Body = default,
            Id = Guid.CreateVersion7().ToString(),
            Type = where == "type" ? text! : "t",
            CorrelationId = where == "correlation id" ? text : null,
            Headers = new Dictionary<string, string>(header is null ? [] : [KeyValuePair.Create(header, text!)]),
        };
        var message = new OutboxMessage(content, where == "routing key" ? Destination.ToExchange("orders", text!) : Orders)
        {
            Key = where == "ordering key" ? text : null,
        };
        await using var work = await Outbox.BeginAsync(cancellationToken: Cancel);

        work.Invoking(w => w.Publish(message)).Should().Throw<ArgumentException>().Which.Message.Should().Contain(content.Id).And.Contain(where);

        await work.CommitAsync(Cancel);
        (await PendingAsync()).Should().Be(0);
    }

    [Fact, Trait("Spec", "OW13")]
    public async Task A_transaction_of_a_colleague_is_joined()
    {
        await using var transaction = await BeginAsync();
        await using (transaction.Connection)
        {
            await transaction.Connection!.ExecuteAsync($"insert into {Business} values (1)", transaction: transaction);
            await Outbox.PublishAsync(transaction, [Event("Order/1")], Cancel);
            await transaction.CommitAsync(Cancel);
        }

        (await PendingAsync()).Should().Be(1);
    }

    [Fact, Trait("Spec", "OW13")]
    public async Task A_transaction_of_another_database_is_refused()
    {
        await using var foreign = new ForeignTransaction();

        (await Outbox.Invoking(o => o.PublishAsync(foreign, [Event()], Cancel)).Should().ThrowAsync<InvalidOperationException>())
            .Which.Message.Should().Contain(Db.Database.Dialect.Name);
    }

    [Fact, Trait("Spec", "OW14")]
    public async Task Ten_thousand_events_fit_into_one_transaction()
    {
        await using var work = await Outbox.BeginAsync(cancellationToken: Cancel);
        for (var i = 0; i < 10_000; i++)
        {
            work.Publish(Event($"Order/{i}"));
        }

        await work.CommitAsync(Cancel);

        (await PendingAsync()).Should().Be(10_000);
        (await Db.ScalarAsync<long>("select count(distinct part) from {outbox}")).Should().Be(32);
    }

    [Fact, Trait("Spec", "OW12")]
    public async Task Order_does_not_depend_on_the_clock_of_the_process()
    {
        await AppendAsync(Event("k", "1"));
        Db.Time.SetUtcNow(Db.Time.GetUtcNow() + TimeSpan.FromHours(1));
        await AppendAsync(Event("k", "2"));

        await using var broker = new ScriptedBroker();
        await using var pass = new RelayPass(Db.Database, broker, new RelayOptions(), Db.Time);
        await pass.RunAsync(Cancel);
        broker.Bodies.Should().Equal("1", "2");
    }

    protected async Task AppendAsync(params OutboxMessage[] messages)
    {
        await using var work = await Outbox.BeginAsync(cancellationToken: Cancel);
        Array.ForEach(messages, work.Publish);
        await work.CommitAsync(Cancel);
    }
}
