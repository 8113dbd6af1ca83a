using System.Collections.Concurrent;
using TechCorp.Messaging;

namespace TechCorp.Patterns.Contracts;

/// <summary>Dead letters: what they say, and how they are peeked, redriven and discarded, on every transport.</summary>
public abstract class DeadLetterContract<TBackend> : EngineContract<TBackend>
    where TBackend : TransportBackend, new()
{
    private volatile bool _healed;

    private readonly ConcurrentQueue<string> _handled = [];

    [Fact, Trait("Spec", "DL1")]
    public async Task A_dead_letter_says_all_about_its_failure()
    {
        var bus = await StartAsync();

        await PublishOrdersAsync(bus, "o1");

        var letter = (await DeadLettersAsync(bus, 1)).Single();
        letter.Should().BeEquivalentTo(new
        {
            MessageId = "o1",
            Type = "order.created",
            CorrelationId = "c-o1",
            Reason = "permanent-failure",
            Attempts = 1,
            ExceptionType = "TechCorp.Messaging.PermanentFailureException",
            ExceptionMessage = "not healed",
            OriginalExchange = "",
            OriginalRoutingKey = Queue,
            OriginalQueue = Queue,
            Consumer = "contract",
            RedriveCount = 0,
        });
        letter.ExceptionStack.Should().Contain("not healed");
        letter.FirstFailure.Should().NotBeNull().And.Be(letter.LastFailure);
    }

    [Fact, Trait("Spec", "DL3")]
    public async Task Looking_any_number_of_times_changes_nothing_and_keeps_the_order()
    {
        var bus = await StartAsync();
        await PublishOrdersAsync(bus, "o1", "o2", "o3");

        for (var i = 0; i < 5; i++)
        {
            var letters = i == 0 ? await DeadLettersAsync(bus, 3) : await bus.DeadLetters.PeekAsync(Queue, cancellationToken: Cancellation);
            letters.Select(letter => letter.MessageId).Should().Equal("o1", "o2", "o3");
        }

        (await bus.DeadLetters.CountAsync(Cancellation)).Should().BeEquivalentTo(new Dictionary<string, long?> { [Queue] = 3 });
    }

    [Safeguard("A peek loses no dead letter", SwitchedOff = "`Topology.DeadLetterQueue` sets no delivery limit", Remark = "as RabbitMQ 4.0 and later")]
    [DiffersByVersion("RabbitMQ: 3.10 never drops a message of a quorum queue without a delivery limit; from 4.0 on it drops one that came back 20 times",
        Handling = "dead-letter and retry queues are declared with a limit of 1,000,000,000; one that exists without is used with a warning")]
    [Fact, Trait("Spec", "FV1"), Trait("Spec", "DL3")]
    public async Task Forty_looks_of_each_way_lose_no_dead_letter()
    {
        var bus = await StartAsync();
        await PublishOrdersAsync(bus, "o1");
        await DeadLettersAsync(bus, 1);

        for (var look = 0; look < 40; look++)
        {
            (await bus.DeadLetters.PeekAsync(Queue, cancellationToken: Cancellation)).Should().ContainSingle();
            (await bus.DeadLetters.RedriveAsync(Queue, new RedriveOptions { DryRun = true }, Cancellation)).Matched.Should().Be(1);
            (await bus.DeadLetters.RedriveAsync(Queue, new RedriveOptions { Filter = _ => false }, Cancellation)).Matched.Should().Be(0);
            (await bus.DeadLetters.DiscardAsync(Queue, _ => false, Cancellation)).Should().Be(0);
        }

        (await DeadLettersAsync(bus, 1)).Should().ContainSingle().Which.MessageId.Should().Be("o1");
    }

    [Fact, Trait("Spec", "DL3")]
    public async Task Peeking_returns_the_oldest()
    {
        var bus = await StartAsync();
        await PublishOrdersAsync(bus, "o1", "o2", "o3");
        await DeadLettersAsync(bus, 3);

        var letters = await bus.DeadLetters.PeekAsync(Queue, 2, Cancellation);

        letters.Select(letter => letter.MessageId).Should().Equal("o1", "o2");
    }

    [Fact, Trait("Spec", "DL4")]
    public async Task A_redrive_sends_back_what_the_filter_chooses_with_all_attempts_before_it()
    {
        var bus = await StartAsync();
        await PublishOrdersAsync(bus, "o1", "o2", "o3");
        await DeadLettersAsync(bus, 3);
        _healed = true;

        var result = await RedriveAsync(bus, new RedriveOptions { Filter = letter => letter.MessageId != "o2" }, matched: 2);

        result.Should().BeEquivalentTo(new { Matched = 2, Redriven = 2, OverRedriveLimit = 0, Failed = 0, Interrupted = false });
        await Eventually.Holds(() => _handled.Count == 2, "both are handled");
        _handled.Should().BeEquivalentTo("o1 attempt 1 redrive 1", "o3 attempt 1 redrive 1");
        (await DeadLettersAsync(bus, 1)).Single().MessageId.Should().Be("o2");
    }

    [Fact, Trait("Spec", "DL4")]
    public async Task A_dry_run_only_counts()
    {
        var bus = await StartAsync();
        await PublishOrdersAsync(bus, "o1", "o2");
        await DeadLettersAsync(bus, 2);
        _healed = true;

        var result = await RedriveAsync(bus, new RedriveOptions { DryRun = true }, matched: 2);

        result.Should().BeEquivalentTo(new { Matched = 2, Redriven = 0 });
        (await DeadLettersAsync(bus, 2)).Should().HaveCount(2);
        _handled.Should().BeEmpty();
    }

    [Fact, Trait("Spec", "DL4")]
    public async Task A_redrive_stops_at_its_count_and_can_be_called_again()
    {
        var bus = await StartAsync();
        await PublishOrdersAsync(bus, "o1", "o2", "o3");
        await DeadLettersAsync(bus, 3);
        _healed = true;

        var first = await RedriveAsync(bus, new RedriveOptions { MaxCount = 2 }, matched: 2);
        await DeadLettersAsync(bus, 1);
        var second = await RedriveAsync(bus, new RedriveOptions(), matched: 1);

        (first.Redriven, second.Redriven).Should().Be((2, 1));
        await Eventually.Holds(() => _handled.Count == 3, "all are handled");
    }

    [Fact, Trait("Spec", "DL4")]
    public async Task A_message_that_fails_again_is_redriven_only_as_often_as_is_allowed()
    {
        var bus = await StartAsync();
        await PublishOrdersAsync(bus, "o1");
        var options = new RedriveOptions { RedriveLimit = 2 };
        for (var redrive = 1; redrive <= 2; redrive++)
        {
            await DeadLettersAsync(bus, 1);
            (await RedriveAsync(bus, options, matched: 1)).Redriven.Should().Be(1);
            var count = redrive;
            await Eventually.Holds(() => bus.Consumers.Status()[0].DeadLettered == count + 1, "it failed again");
        }

        (await DeadLettersAsync(bus, 1)).Single().RedriveCount.Should().Be(2);
        (await RedriveAsync(bus, options, matched: 1)).Should().BeEquivalentTo(new { Redriven = 0, OverRedriveLimit = 1 });
        (await DeadLettersAsync(bus, 1)).Single().MessageId.Should().Be("o1");
    }

    [Safeguard("A dead letter is removed when its copy is confirmed", SwitchedOff = "`Redrive` takes every outcome for a confirm")]
    [Fact, Trait("Spec", "DL4")]
    public async Task A_dead_letter_whose_queue_is_gone_stays()
    {
        var bus = await StartAsync();
        var elsewhere = new Dictionary<string, string> { [MessageHeaders.OriginalQueue] = Backend.Queue("gone") };
        await PublishAsync(new Message { Body = TextMessage.Of("x").Body, Type = "x", Id = "o1", Headers = elsewhere },
            Destination.ToQueue(Topology.DeadLetterQueueOf(Queue)));
        await DeadLettersAsync(bus, 1);

        var result = await RedriveAsync(bus, new RedriveOptions(), matched: 1);

        result.Should().Match<RedriveResult>(r => r.Redriven == 0 && r.Failed == 1 && r.LastFailure!.StartsWith("Returned"));
        (await DeadLettersAsync(bus, 1)).Single().MessageId.Should().Be("o1");
    }

    [Safeguard("A redrive declares its queue again", SwitchedOff = "`DeadLetterSources.RestoreAsync` declares nothing")]
    [Fact, Trait("Spec", "FM3")]
    public async Task A_queue_of_the_service_that_is_gone_is_declared_again_by_the_redrive()
    {
        var bus = await StartAsync();
        await PublishOrdersAsync(bus, "o1", "o2");
        await DeadLettersAsync(bus, 2);
        await bus.Consumers.PauseAsync(Queue, Cancellation);
        await Backend.DeleteQueueAsync(Queue);

        var result = await RedriveAsync(bus, new RedriveOptions(), matched: 2);

        result.Should().Match<RedriveResult>(r => r.Redriven == 2 && r.Failed == 0);
        await HasReadyAsync(Queue, 2);
    }

    [Fact, Trait("Spec", "DL5")]
    public async Task A_discard_destroys_exactly_what_is_chosen()
    {
        var bus = await StartAsync();
        await PublishOrdersAsync(bus, "o1", "o2", "o3");
        await DeadLettersAsync(bus, 3);

        var discarded = await bus.DeadLetters.DiscardAsync(Queue, letter => letter.MessageId == "o2", Cancellation);

        discarded.Should().Be(1);
        (await DeadLettersAsync(bus, 2)).Select(letter => letter.MessageId).Should().Equal("o1", "o3");
    }

    [Fact, Trait("Spec", "DL6")]
    public async Task A_message_older_than_its_queues_time_to_live_is_a_dead_letter_of_the_broker()
    {
        var queue = Backend.Queue("ttl");
        var topology = Topology.WorkQueue(new QueueDeclaration(queue) { MessageTimeToLive = TimeSpan.FromMilliseconds(100) });
        await DeclareAsync(topology);
        await PublishTextsAsync(Destination.ToQueue(queue), "old");
        var bus = await StartBusAsync(m => m.AddTopology(topology));

        var letters = await Eventually.Returns(
            async () =>
            {
                await Backend.AdvanceAsync(TimeSpan.FromMilliseconds(50));
                return await bus.DeadLetters.PeekAsync(queue, cancellationToken: Cancellation) is { Count: 1 } one ? one : null;
            },
            "it expired");

        letters[0].Should().BeEquivalentTo(new { Reason = "expired", OriginalQueue = queue, Attempts = 0 });
    }

    private Task<MessageBus> StartAsync() => ConsumeAsync((order, context, _) =>
    {
        if (!_healed)
        {
            throw new PermanentFailureException("not healed");
        }

        _handled.Enqueue($"{order.OrderId} attempt {context.Attempt} redrive {context.RedriveCount}");
        return Task.CompletedTask;
    });

    private async Task<RedriveResult> RedriveAsync(MessageBus bus, RedriveOptions options, int matched)
    {
        var result = await bus.DeadLetters.RedriveAsync(Queue, options, Cancellation);
        result.Matched.Should().Be(matched);
        return result;
    }
}
