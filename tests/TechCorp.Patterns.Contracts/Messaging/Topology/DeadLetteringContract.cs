using TechCorp.Messaging;

namespace TechCorp.Patterns.Contracts;

/// <summary>What the broker itself dead-letters, when, and with which facts, on every transport.</summary>
/// <remarks>Times to live are short because a real server spends them; only what must happen is asserted there, never that it has not happened yet.</remarks>
public abstract class DeadLetteringContract<TBackend> : TransportContract<TBackend>
    where TBackend : TransportBackend, new()
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);

    [Theory, Trait("Spec", "DL6")]
    [InlineData(QueueKind.Quorum)]
    [InlineData(QueueKind.Classic)]
    public async Task A_message_older_than_the_time_to_live_is_in_the_dead_letter_queue_as_expired(QueueKind kind)
    {
        var queue = Backend.Queue();
        await DeclareAsync(Topology.WorkQueue(new QueueDeclaration(queue) { Kind = kind, MessageTimeToLive = Short }));
        await PublishTextsAsync(Destination.ToQueue(queue), "old", "older");

        await Backend.AdvanceAsync(Short);

        var letters = await DeadLettersAsync(Topology.DeadLetterQueueOf(queue), 2);
        letters.Select(letter => letter.Text()).Should().Equal("old", "older");
        letters.Should().OnlyContain(letter => letter.BrokerReason == "expired");
        letters[0].Headers.Should()
            .Contain("x-first-death-reason", "expired").And.Contain("x-first-death-queue", queue).And.Contain("x-first-death-exchange", "");
        await HasReadyAsync(queue, 0);
    }

    [Theory, Trait("Spec", "DL6")]
    [InlineData(QueueKind.Quorum)]
    [InlineData(QueueKind.Classic)]
    public async Task A_message_that_is_held_does_not_expire_until_it_comes_back(QueueKind kind)
    {
        var queue = Backend.Queue();
        await DeclareAsync(Topology.WorkQueue(new QueueDeclaration(queue) { Kind = kind, MessageTimeToLive = Short }));
        var subscription = await SubscribeAsync(queue, prefetch: 1);
        await PublishTextsAsync(Destination.ToQueue(queue), "held", "behind");
        await subscription.ReceivesAsync(1);
        await Backend.AdvanceAsync(Short);
        await HasReadyAsync(Topology.DeadLetterQueueOf(queue), 1);

        await subscription.Source.DisposeAsync();

        var letters = await DeadLettersAsync(Topology.DeadLetterQueueOf(queue), 2);
        letters.Select(letter => letter.Text()).Should().Equal("behind", "held");
    }

    [Safeguard("A dead letter that no queue takes delays no other", SwitchedOff = "`DeadLetterRouter` delivers only the oldest")]
    [Fact, Trait("Spec", "DL6")]
    public async Task A_dead_letter_that_must_not_be_lost_and_finds_no_queue_holds_up_no_other()
    {
        var (queue, exchange, deadLetters) = (Backend.Queue(), Backend.Exchange(), Backend.Queue("dead"));
        await DeclareAsync(Topology.Empty
            .Add(new QueueDeclaration(deadLetters))
            .Add(new QueueDeclaration(queue) { MessageTimeToLive = Short, DeadLetterExchange = "" })
            .Add(new ExchangeDeclaration(exchange, ExchangeKind.Fanout))
            .Add(new BindingDeclaration(exchange, queue, "")));
        await PublishTextsAsync(Destination.ToExchange(exchange, "no.such.queue"), "held");
        await PublishTextsAsync(Destination.ToExchange(exchange, deadLetters), "next");

        await Backend.AdvanceAsync(Short);

        (await DeadLettersAsync(deadLetters, 1)).Single().Text().Should().Be("next");
    }

    [Fact, Trait("Spec", "RY1")]
    public async Task A_message_waits_in_the_ladder_and_comes_back_to_its_queue()
    {
        var queue = Backend.Queue();
        var waiting = Backend.Queue("waiting");
        await DeclareAsync(Topology.WorkQueue(queue).Add(new QueueDeclaration(waiting)
        {
            MessageTimeToLive = Short,
            DeadLetterExchange = "",
            DeadLetterRoutingKey = queue,
            RejectPublishWhenFull = true,
        }));
        var subscription = await SubscribeAsync(queue);
        await PublishTextsAsync(Destination.ToQueue(waiting), "later");

        await Backend.AdvanceAsync(Short);

        (await subscription.ReceivesAsync(1))[0].BrokerReason.Should().Be("expired");
    }

    [Theory, Trait("Spec", "DL6")]
    [InlineData(QueueKind.Quorum)]
    [InlineData(QueueKind.Classic)]
    public async Task A_full_queue_drops_its_oldest_message_into_the_dead_letters_as_maxlen(QueueKind kind)
    {
        var (queue, deadLetters) = (Backend.Queue(), Backend.Queue("dead"));
        await DeclareAsync(Topology.Empty
            .Add(new QueueDeclaration(deadLetters))
            .Add(new QueueDeclaration(queue) { Kind = kind, MaxLength = 2, DeadLetterExchange = "", DeadLetterRoutingKey = deadLetters }));

        await PublishTextsAsync(Destination.ToQueue(queue), "1", "2", "3", "4");

        var letters = await DeadLettersAsync(deadLetters, 2);
        letters.Select(letter => letter.Text()).Should().Equal("1", "2");
        letters.Should().OnlyContain(letter => letter.BrokerReason == "maxlen");
        (await ReadyTextsAsync(queue)).Should().Equal("3", "4");
    }

    [Fact, Trait("Spec", "DL6")]
    public async Task Without_a_dead_letter_key_a_message_keeps_its_own()
    {
        var (exchange, queue, deadLetters) = (Backend.Exchange(), Backend.Queue(), Backend.Queue("dead"));
        await DeclareAsync(Topology.Empty
            .Add(new ExchangeDeclaration(exchange, ExchangeKind.Direct))
            .Add(new QueueDeclaration(queue) { Kind = QueueKind.Classic, DeadLetterExchange = exchange })
            .Add(new QueueDeclaration(deadLetters))
            .Add(new BindingDeclaration(exchange, deadLetters, queue)));
        await PublishTextsAsync(Destination.ToQueue(queue), "1");

        await RejectAsync(queue);

        (await DeadLettersAsync(deadLetters, 1))[0].Should().BeEquivalentTo(new { Exchange = exchange, RoutingKey = queue });
    }

    [Fact, Trait("Spec", "DL6")]
    public async Task A_rejected_message_is_dropped_where_the_queue_has_no_dead_letter_exchange()
    {
        var queue = await DeclareQueueAsync();
        await PublishTextsAsync(Destination.ToQueue(queue), "1");

        await RejectAsync(queue);

        (await ReadyTextsAsync(queue)).Should().BeEmpty();
    }

    [Safeguard("A message that goes in a circle by itself is dropped", SwitchedOff = "`DeadLetterRouter.TryDeliver` sees no circle")]
    [Theory, Trait("Spec", "DL6")]
    [InlineData(QueueKind.Quorum)]
    [InlineData(QueueKind.Classic)]
    public async Task A_message_that_would_circle_forever_is_dropped(QueueKind kind)
    {
        var (first, second) = (Backend.Queue("first"), Backend.Queue("second"));
        await DeclareAsync(Topology.Empty
            .Add(new QueueDeclaration(first) { Kind = kind, MessageTimeToLive = Short, DeadLetterExchange = "", DeadLetterRoutingKey = second })
            .Add(new QueueDeclaration(second) { Kind = kind, MessageTimeToLive = Short, DeadLetterExchange = "", DeadLetterRoutingKey = first }));
        await PublishTextsAsync(Destination.ToQueue(first), "round");

        await Backend.AdvanceAsync(Short);
        await HasReadyAsync(first, 0);
        await Backend.AdvanceAsync(Short);

        await HasReadyAsync(second, 0);
        await HasReadyAsync(first, 0);
    }

    private async Task RejectAsync(string queue)
    {
        await using var reader = await Transport.OpenReaderAsync(queue, Cancellation);
        (await reader.SettleAsync((await reader.GetAsync(Cancellation))!, Settlement.Reject, Cancellation)).Should().BeTrue();
    }

    private async Task<List<Delivery>> DeadLettersAsync(string queue, int count)
    {
        await HasReadyAsync(queue, count);
        await using var reader = await Transport.OpenReaderAsync(queue, Cancellation);
        List<Delivery> letters = [];
        while (letters.Count < count)
        {
            letters.Add((await reader.GetAsync(Cancellation))!);
        }

        return letters;
    }
}
