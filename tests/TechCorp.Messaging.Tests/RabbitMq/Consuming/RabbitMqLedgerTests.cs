using System.Collections.Concurrent;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>Accounts that must balance whatever happens to the connections. The long run with a million messages is in the end-to-end tests.</summary>
public sealed class RabbitMqLedgerTests : RabbitMqTransportTest
{
    private const int Callers = 16;
    private const int Each = 400;
    private const int Cuts = 20;

    [Fact, Trait("Spec", "PB5"), Trait("Spec", "PB9")]
    public async Task With_the_connection_cut_again_and_again_no_call_hangs_and_every_confirmed_message_is_in_the_queue()
    {
        var transport = await Backend.StartAsync(new PublisherOptions { MaxOutstandingConfirms = 32 });
        var queue = await QueueAsync(transport);
        var confirmed = new ConcurrentBag<string>();
        var others = 0;
        var callers = Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
            {
                var text = $"{caller}:{i}";
                var outcome = await PublishAsync(transport, queue, text, TimeSpan.FromSeconds(30));
                if (outcome.IsConfirmed)
                {
                    confirmed.Add(text);
                }
                else
                {
                    Interlocked.Increment(ref others);
                }
            }
        }, Cancellation)).ToList();

        await CutAsync(transport, () => confirmed.Count + Volatile.Read(ref others));
        await Eventually.Ends(Task.WhenAll(callers), "no call hangs", TimeSpan.FromSeconds(60));

        others.Should().Be(0, "each reconnect takes much less than the deadline");
        confirmed.Should().HaveCount(Callers * Each);
        (await TextsAsync(queue)).ToHashSet().SetEquals(confirmed).Should().BeTrue("what is confirmed is in the queue, and nothing else is");
    }

    [Fact, Trait("Spec", "CN6")]
    public async Task With_the_connection_cut_again_and_again_a_consumer_sees_every_message_and_the_queue_ends_empty()
    {
        var transport = await Backend.StartAsync(new PublisherOptions());
        var queue = await QueueAsync(transport, QueueKind.Quorum);
        var publishes = Enumerable.Range(0, Callers * Each).Select(i => PublishAsync(transport, queue, $"{i}", TimeSpan.FromSeconds(60))).ToList();
        var seen = new ConcurrentDictionary<string, int>();
        var delivered = 0;
        var answered = 0;
        var started = new TaskCompletionSource<IDeliverySource>(TaskCreationOptions.RunContinuationsAsynchronously);
        var source = await transport.ConsumeAsync(queue, 50, delivery =>
        {
            Interlocked.Increment(ref delivered);
            seen.AddOrUpdate(delivery.Text(), 1, static (_, times) => times + 1);
            _ = Task.Run(async () =>
            {
                (await started.Task).TrySettle(delivery, Settlement.Acknowledge); // false for one of a connection that was cut
                Interlocked.Increment(ref answered);
            });
        }, Cancellation);
        started.SetResult(source);

        await CutAsync(transport, () => seen.Count);

        (await Task.WhenAll(publishes)).Should().OnlyContain(outcome => outcome.IsConfirmed);
        await Eventually.Holds(() => seen.Count == Callers * Each, "every message is seen", TimeSpan.FromSeconds(60));
        await Eventually.Holds(async () => await IsReadAsync(), "what a cut brought into the queue twice is settled as well", TimeSpan.FromSeconds(60));
        await source.DisposeAsync();
        (await TextsAsync(queue)).Should().BeEmpty();

        async Task<bool> IsReadAsync()
            => await transport.CountAsync(queue, Cancellation) is { Ready: 0 } && Volatile.Read(ref answered) == Volatile.Read(ref delivered);
    }

    private async Task CutAsync(RabbitMqTransport transport, Func<int> done)
    {
        for (var cut = 1; cut <= Cuts; cut++)
        {
            var mark = cut * Callers * Each / (Cuts + 1);
            await Eventually.Holds(() => done() >= mark, $"{mark} are done", TimeSpan.FromSeconds(60));
            Backend.ProxyOf(transport).Cut();
        }
    }
}
