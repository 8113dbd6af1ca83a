using System.Diagnostics.CodeAnalysis;
using TechCorp.Messaging;

namespace TechCorp.Patterns.Contracts;

/// <summary>Many callers share a publisher, and what one of them does with its task touches no other.</summary>
[SuppressMessage("Reliability", "CA2012:Use ValueTasks correctly", Justification = "What happens to others when they are not is what these tests are about.")]
public abstract class BlockedPublishersContract<TBackend> : EngineContract<TBackend>
    where TBackend : TransportBackend, new()
{
    private const int Callers = 32;
    private const int PublishesEach = 50;

    [Safeguard("No publisher gets a pooled task", SwitchedOff = "`MessagePublisher.TryPublishAsync` returns the transport's task as it is",
        Remark = "on RabbitMQ; the test process dies")]
    [Fact, Trait("Spec", "FR1")]
    public async Task Of_1600_publishes_each_is_confirmed_though_32_callers_block()
    {
        var bus = await StartBusAsync(static _ => { });
        var (awaited, blocked) = (new List<Task<PublishOutcome[]>>(), new List<Task<PublishOutcome>>());
        for (var caller = 0; caller < Callers; caller++)
        {
            awaited.Add(Task.Run(() => PublishAllAsync(bus.Publisher), Cancellation));
            blocked.Add(Task.Factory.StartNew(() => PublishAsync(bus.Publisher).GetAwaiter().GetResult(), Cancellation, TaskCreationOptions.LongRunning,
                TaskScheduler.Default));
        }

        var outcomes = (await Eventually.Ends(Task.WhenAll(awaited), "no publisher hangs")).SelectMany(own => own).ToList();
        outcomes.Should().HaveCount(Callers * (PublishesEach - 1)).And.OnlyContain(outcome => outcome == PublishOutcome.Confirmed);
        (await Eventually.Ends(Task.WhenAll(blocked), "no blocked publisher hangs")).Should().OnlyContain(outcome => outcome == PublishOutcome.Confirmed);
    }

    [Fact, Trait("Spec", "FR1")]
    public async Task The_task_of_a_publish_may_be_taken_twice_and_after_the_end()
    {
        var bus = await StartBusAsync(static _ => { });
        var publish = PublishAsync(bus.Publisher);

        (await Task.WhenAll(publish.AsTask(), publish.AsTask())).Should().OnlyContain(outcome => outcome == PublishOutcome.Confirmed);
        await PublishAllAsync(bus.Publisher);
        (await publish).Should().Be(PublishOutcome.Confirmed);

        var batch = bus.Publisher.TryPublishBatchAsync([(Created(bus.Publisher), Destination.ToQueue(Queue))], cancellationToken: Cancellation);
        (await batch).Should().Equal(await batch);
    }

    private async Task<PublishOutcome[]> PublishAllAsync(IMessagePublisher publisher)
    {
        var outcomes = new PublishOutcome[PublishesEach - 1];
        for (var i = 0; i < outcomes.Length; i++)
        {
            outcomes[i] = await PublishAsync(publisher);
        }

        return outcomes;
    }

    private ValueTask<PublishOutcome> PublishAsync(IMessagePublisher publisher)
        => publisher.TryPublishAsync(Created(publisher), Destination.ToQueue(Queue), cancellationToken: Cancellation);

    private static Message Created(IMessagePublisher publisher) => publisher.Catalog.Create(new OrderCreated("o"));
}
