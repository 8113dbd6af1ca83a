using Dapper;
using TechCorp.Messaging;
using TechCorp.Outbox;
using static TechCorp.Patterns.Contracts.Events;

namespace TechCorp.Patterns.Contracts;

/// <summary>A relay reads on and marks while rows are published: within its bounds, in order, and none twice.</summary>
public abstract class RelayReadAheadContract<TDatabase> : RelaySuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private const int Rows = 200;

    [Theory, Trait("Spec", "RL9")]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(150)]
    public async Task A_backlog_of_many_reads_is_drained_in_one_pass_in_order_per_key(int keys)
    {
        Options.BatchSize = 16;
        await AppendAsync([.. Enumerable.Range(0, Rows).Select(i => Event(keys == 0 ? null : $"k{i % keys}", $"{i}"))]);

        (await NewPass().RunAsync(Cancel)).Should().BeEquivalentTo(new { Read = Rows, Confirmed = Rows, More = false });

        Broker.Bodies.Should().HaveCount(Rows).And.OnlyHaveUniqueItems();
        foreach (var key in Broker.Bodies.Select(int.Parse).GroupBy(i => keys == 0 ? i : i % keys))
        {
            key.Should().BeInAscendingOrder();
        }

        (await PendingAsync()).Should().Be(0);
    }

    [Safeguard("A row under way is not read again", SwitchedOff = "`RelayStore.ReadAsync` names no known rows")]
    [Fact, Trait("Spec", "RL9")]
    public async Task A_row_whose_confirm_is_slow_holds_back_its_key_and_is_not_read_again()
    {
        Options.BatchSize = 16;
        await AppendAsync([.. Of("slow", 1, 2), .. Of(null, 3, Rows)]);
        var publisher = new SlowOnce(Broker, "1");
        await using var pass = new RelayPass(Db.Database, publisher, Options, Db.Time);
        var running = pass.RunAsync(Cancel);
        await Eventually.Holds(() => Broker.Bodies.Count == Rows, "the others are published");

        publisher.Release();

        (await running).Should().BeEquivalentTo(new { Read = Rows + 2, Confirmed = Rows + 2 });
        Broker.Bodies.Should().HaveCount(Rows + 2).And.OnlyHaveUniqueItems().And.ContainInOrder("1", "2");
    }

    [Safeguard("A stop while more is read marks what is in flight", SwitchedOff = "`RelayRun` gives up a read at a stop")]
    [Fact, Trait("Spec", "RL20")]
    public async Task A_stop_while_more_is_read_marks_what_was_published()
    {
        Options.BatchSize = 16;
        await AppendAsync(Of(null, 1, Rows));
        using var stop = new CancellationTokenSource();
        var reads = 0;
        var source = new WatchedDataSource(Db.OpenAnotherDataSource())
        {
            BeforeStatement = text =>
            {
                if (text.Contains("as OccurredAt", StringComparison.Ordinal) && ++reads == 3)
                {
                    stop.Cancel();
                }
            },
        };

        await NewPass(new OutboxDatabase(source, Db.Database.Dialect, Db.Database.Schema)).RunAsync(stop.Token);

        Broker.Bodies.Should().OnlyHaveUniqueItems().And.HaveCountLessThan(Rows).And.NotBeEmpty();
        (await PendingAsync()).Should().Be(Rows - Broker.Bodies.Count);
    }

    [Fact, Trait("Spec", "RL9")]
    public async Task No_more_rows_are_under_way_than_the_batch_size()
    {
        Options.BatchSize = 16;
        await AppendAsync(Of(null, 1, Rows));
        Broker.HoldConfirms();
        var running = NewPass().RunAsync(Cancel);

        await Eventually.Holds(() => Broker.Attempts == 16, "a batch is in flight");
        (await PendingAsync()).Should().Be(Rows);
        Broker.Attempts.Should().Be(16);

        Broker.ReleaseConfirms();
        (await running).Confirmed.Should().Be(Rows);
    }

    [Safeguard("The payloads under way are bounded", SwitchedOff = "`RelayRun` gives a read all bytes")]
    [Fact, Trait("Spec", "FO7")]
    public async Task No_more_payloads_are_under_way_than_some_16_mebibytes()
    {
        var large = new string('x', 1024 * 1024);
        for (var i = 0; i < 40; i++)
        {
            await AppendAsync(Event(null, large));
        }

        Broker.HoldConfirms();
        var running = NewPass().RunAsync(Cancel);

        await Eventually.Holds(() => Broker.Attempts == 16, "16 MiB are in flight");
        Broker.ReleaseConfirms();
        (await running).Confirmed.Should().Be(40);
        (await PendingAsync()).Should().Be(0);
    }

    [Safeguard("Nothing more is read before what failed is written", SwitchedOff = "`RelayFlight.Known` is never null")]
    [Theory, Trait("Spec", "RL4")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_row_that_is_refused_is_tried_once_in_a_pass_however_much_is_behind_it(bool isReturned)
    {
        Options.BatchSize = 16;
        await using var open = await Db.Database.OpenAsync(Cancel);
        await using var transaction = await open.BeginTransactionAsync(Cancel);
        if (Db.HasConcurrentWriters)
        {
            await open.ExecuteAsync("select txid_current()", transaction: transaction); // while it runs, the relay reads from the beginning
        }
        else
        {
            await transaction.RollbackAsync(Cancel);
        }

        await AppendAsync(Of(null, 1, Rows));
        var tries = 0;
        Broker.Answer = message =>
        {
            if (BodyOf(message) != "1")
            {
                return PublishOutcome.Confirmed;
            }

            return ++tries > 3 ? PublishOutcome.Confirmed : isReturned ? PublishOutcome.Returned(312, "NO_ROUTE") : PublishOutcome.Rejected("full");
        };

        var pass = NewPass();
        while ((await pass.RunAsync(Cancel)).More)
        {
            // On to the end of the backlog.
        }

        tries.Should().Be(1);
        (await PendingAsync()).Should().Be(1);
    }

    /// <summary>A publisher that sends one message when the test says so.</summary>
    private sealed class SlowOnce(IMessagePublisher inner, string body) : IMessagePublisher
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public MessageCatalog Catalog => inner.Catalog;

        public async ValueTask<PublishOutcome> TryPublishAsync(Message message, Destination destination, PublishOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            if (BodyOf(message) == body)
            {
                await _released.Task.WaitAsync(cancellationToken);
            }

            return await inner.TryPublishAsync(message, destination, options, cancellationToken);
        }

        public ValueTask<IReadOnlyList<PublishOutcome>> TryPublishBatchAsync(IReadOnlyList<(Message Message, Destination Destination)> batch,
            PublishOptions? options = null, CancellationToken cancellationToken = default)
            => throw new NotSupportedException();

        internal void Release() => _released.TrySetResult();
    }
}
